// SPDX-License-Identifier: Apache-2.0
// OTLP/gRPC (OTLP specification 1.3, "OTLP/gRPC") by a generic stub: the request is bytes already.
// Nothing of gRPC is started before the first delivery.
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/security/tls_credentials_options.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <fstream>
#include <iterator>
#include <mutex>

#include "export/otlp/transport/transport.hpp"
#include "export/otlp/url.hpp"

namespace obi::exporting::otlp {
namespace {

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string((std::istreambuf_iterator<char>(file)), {});
}

std::string address_of(const OtlpTarget& target) {
  if (!target.unix_socket.empty()) {
    const bool abstract = target.unix_socket[0] == '@';
    return (abstract ? "unix-abstract:" : "unix:") + target.unix_socket.substr(abstract ? 1 : 0);
  }
  return target.url.substr(target.url.find("://") + 3);
}

std::shared_ptr<grpc::ChannelCredentials> credentials_of(const OtlpTarget& target) {
  if (!target.tls) return grpc::InsecureChannelCredentials();
  if (target.insecure_skip_verify) {
    grpc::experimental::TlsChannelCredentialsOptions options;
    options.set_verify_server_certs(false);
    options.set_check_call_host(false);
    return grpc::experimental::TlsCredentials(options);
  }
  grpc::SslCredentialsOptions options;
  if (!target.ca_file.empty()) options.pem_root_certs = read_file(target.ca_file);
  if (!target.client_certificate_file.empty()) {
    options.pem_cert_chain = read_file(target.client_certificate_file);
    options.pem_private_key = read_file(target.client_key_file);
  }
  return grpc::SslCredentials(options);
}

// OTLP specification, "Failures": codes that may be tried again. RESOURCE_EXHAUSTED only with
// RetryInfo.
bool is_retryable(const grpc::Status& status) {
  switch (status.error_code()) {
    case grpc::StatusCode::CANCELLED:
    case grpc::StatusCode::DEADLINE_EXCEEDED:
    case grpc::StatusCode::ABORTED:
    case grpc::StatusCode::OUT_OF_RANGE:
    case grpc::StatusCode::UNAVAILABLE:
    case grpc::StatusCode::DATA_LOSS: return true;
    case grpc::StatusCode::RESOURCE_EXHAUSTED:
      return read_retry_delay(status.error_details()).has_value();
    default: return false;
  }
}

class GrpcTransport final : public Transport {
 public:
  GrpcTransport(OtlpTarget target, Signal signal)
      : target_(std::move(target)),
        method_(signal == Signal::kTraces
                    ? "/opentelemetry.proto.collector.trace.v1.TraceService/Export"
                    : "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export") {}

  Delivery deliver(std::string_view request) override {
    if (!stub_) open();
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + target_.timeout);
    if (!begin(context)) return {.outcome = Outcome::kRetry, .error = "the agent stops"};
    if (target_.gzip) context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    for (const auto& [name, value] : target_.headers) {
      std::string key = name;
      std::ranges::transform(key, key.begin(), [](unsigned char c) { return std::tolower(c); });
      context.AddMetadata(key, value);
    }
    const grpc::Slice slice(request.data(), request.size());
    const grpc::ByteBuffer message(&slice, 1);
    grpc::ByteBuffer reply;
    grpc::Status status;
    grpc::CompletionQueue queue;
    const auto call = stub_->PrepareUnaryCall(&context, method_, message, &queue);
    call->StartCall();
    call->Finish(&reply, &status, this);
    void* tag = nullptr;
    bool ok = false;
    queue.Next(&tag, &ok);
    end();
    return delivery_of(status, reply);
  }

  void cancel() override {
    const std::lock_guard lock(mutex_);
    is_cancelled_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }

 private:
  bool begin(grpc::ClientContext& context) {
    const std::lock_guard lock(mutex_);
    context_ = is_cancelled_ ? nullptr : &context;
    return !is_cancelled_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

  void open() {
    grpc::ChannelArguments arguments;
    arguments.SetUserAgentPrefix("opentelemetry-ebpf-instrumentation");
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 5'000);
    arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);  // decided by proxy_for
    std::string address = address_of(target_);
    if (const auto proxy = proxy_of(target_)) address = go_through(*proxy, arguments);
    stub_ = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, credentials_of(target_), arguments));
  }

  // CONNECT, also for plain text, as gRPC does it itself; the proxy resolves the name.
  std::string go_through(const Url& proxy, grpc::ChannelArguments& arguments) const {
    const Url endpoint = *parse_url(target_.url);
    Url server = endpoint;
    if (server.port.empty()) server.port = "443";
    arguments.SetString("grpc.http_connect_server", server.authority());
    if (proxy.has_user) {
      arguments.SetString("grpc.http_connect_headers",
                          "Proxy-Authorization:" + basic_authorization(proxy.user, proxy.password));
    }
    arguments.SetString(GRPC_ARG_DEFAULT_AUTHORITY, endpoint.authority());
    if (target_.tls) arguments.SetSslTargetNameOverride(endpoint.host);
    spdlog::info("{} is reached through the proxy {}", printable_address(target_),
                 printable(proxy));
    Url first = proxy;
    first.port = proxy.port_or_default();
    return first.authority();
  }

  static std::optional<Url> proxy_of(const OtlpTarget& target) {
    if (!target.unix_socket.empty()) return std::nullopt;
    const auto endpoint = parse_url(target.url);
    if (!endpoint) return std::nullopt;
    auto proxy = proxy_for(target.proxies, "https", *endpoint);
    return proxy && *proxy && (*proxy)->scheme == "http" ? std::move(*proxy) : std::nullopt;
  }

  static Delivery delivery_of(const grpc::Status& status, const grpc::ByteBuffer& reply) {
    Delivery delivery;
    if (status.ok()) {
      grpc::Slice slice;
      if (reply.DumpToSingleSlice(&slice).ok()) {
        read_partial_success({reinterpret_cast<const char*>(slice.begin()), slice.size()},
                             delivery);
      }
      return delivery;
    }
    delivery.outcome = is_retryable(status) ? Outcome::kRetry : Outcome::kRefused;
    delivery.retry_after = read_retry_delay(status.error_details());
    delivery.error = status.error_message().substr(0, 512);
    if (delivery.error.empty())
      delivery.error = "gRPC status " + std::to_string(status.error_code());
    return delivery;
  }

  OtlpTarget target_;
  std::string method_;
  std::unique_ptr<grpc::GenericStub> stub_;
  std::mutex mutex_;
  grpc::ClientContext* context_ = nullptr;  // of the delivery under way
  bool is_cancelled_ = false;
};

}  // namespace

std::unique_ptr<Transport> make_grpc_transport(const OtlpTarget& target, Signal signal) {
  return std::make_unique<GrpcTransport>(target, signal);
}

}  // namespace obi::exporting::otlp
