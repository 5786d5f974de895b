#pragma once

#include <memory>

#include "harness/fetch/transport.h"

namespace harness {

/// Transport over libcurl: http, https and file. Redirects are followed over http and https, but
/// never from https to http. Bytes come as they are published: no compression is asked for, and one
/// that comes all the same is undone. The usual proxy variables are honoured, and CURL_CA_BUNDLE or
/// SSL_CERT_FILE where one names the certificates to trust (a network with a certificate of its
/// own).
class CurlTransport : public Transport {
 public:
  CurlTransport();
  TransferResult get(const TransferRequest& request, BodySink& sink) override;
};

}  // namespace harness
