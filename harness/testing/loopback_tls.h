#pragma once

#include <memory>
#include <string>

#include <httplib.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace harness {

struct FreeTls {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
};
using TlsKey = std::unique_ptr<EVP_PKEY, FreeTls>;
using TlsCertificate = std::unique_ptr<X509, FreeTls>;

struct TlsIdentity {
  TlsKey key;
  TlsCertificate certificate;
};

/// What `write` puts out, as text.
template <typename Write>
std::string pem_text(Write write) {
  BIO* memory = BIO_new(BIO_s_mem());
  write(memory);
  char* bytes = nullptr;
  const long size = BIO_get_mem_data(memory, &bytes);
  const std::string text(bytes, static_cast<std::size_t>(size));
  BIO_free(memory);
  return text;
}
inline std::string pem_of(X509& certificate) {
  return pem_text([&](BIO* memory) { PEM_write_bio_X509(memory, &certificate); });
}
inline std::string pem_of(EVP_PKEY& key) {
  return pem_text([&](BIO* memory) {
    PEM_write_bio_PrivateKey(memory, &key, nullptr, nullptr, 0, nullptr, nullptr);
  });
}

/// What a server's certificate says: whom it is for, and from when to when (seconds from now).
struct CertificateText {
  const char* names = "IP:127.0.0.1";
  long begins = -3600;
  long ends = 3600;
};

/// For tests: a certificate authority that is made when it is needed and that only those trust who
/// are given its certificate.
class TestAuthority {
 public:
  TestAuthority() : key_(EVP_EC_gen("P-256")), certificate_(X509_new()) {
    fill(certificate_.get(), key_.get(), {}, "test authority");
    extend(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
    X509_sign(certificate_.get(), key_.get(), EVP_sha256());
  }

  TlsIdentity issue(const CertificateText& text) const {
    TlsIdentity leaf{TlsKey(EVP_EC_gen("P-256")), TlsCertificate(X509_new())};
    fill(leaf.certificate.get(), leaf.key.get(), text, "loopback");
    extend(leaf.certificate.get(), NID_subject_alt_name, text.names);
    X509_sign(leaf.certificate.get(), key_.get(), EVP_sha256());
    return leaf;
  }

  /// A server with a certificate that this authority signed.
  std::unique_ptr<httplib::Server> server(const CertificateText& text = {}) const {
    const TlsIdentity leaf = issue(text);
    return std::make_unique<httplib::SSLServer>(leaf.certificate.get(), leaf.key.get());
  }

  /// Its own certificate, for those who are to trust it.
  std::string pem() const { return pem_of(*certificate_); }

 private:
  static void name(X509_NAME* target, const char* text) {
    X509_NAME_add_entry_by_txt(target, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(text), -1, -1, 0);
  }

  void fill(X509* certificate, EVP_PKEY* key, const CertificateText& text,
            const char* subject) const {
    X509_set_version(certificate, X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), certificate == certificate_.get() ? 1 : 2);
    X509_gmtime_adj(X509_getm_notBefore(certificate), text.begins);
    X509_gmtime_adj(X509_getm_notAfter(certificate), text.ends);
    X509_set_pubkey(certificate, key);
    name(X509_get_subject_name(certificate), subject);
    name(X509_get_issuer_name(certificate), "test authority");
  }

  static void extend(X509* certificate, int kind, const char* value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value);
    X509_add_ext(certificate, extension, -1);
    X509_EXTENSION_free(extension);
  }

  TlsKey key_;
  TlsCertificate certificate_;
};

}  // namespace harness
