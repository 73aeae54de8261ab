// SPDX-License-Identifier: Apache-2.0
// An OTLP/gRPC receiver for tests that answers as told: `otlp_grpc_receiver PORT ANSWER…`. ANSWER
// is a list of arguments, what the first, second, … request gets, the last one for all further:
// "ok", "reject=N" (partial success), "retry=CODE" (with RetryInfo of 0.2 s), a number (that status
// code) or "hang". Each request is a line on stdout: its method, its size and its authorization.
#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <cstdio>
#include <protozero/pbf_writer.hpp>
#include <string>
#include <utility>
#include <vector>

namespace {

std::string partial_success(int rejected) {
  std::string reply;
  protozero::pbf_writer writer(reply);
  protozero::pbf_writer partial(writer, 1);
  partial.add_int64(1, rejected);
  partial.add_string(2, "rejected by the test");
  partial.commit();
  return reply;
}

std::string retry_info() {
  std::string status;
  protozero::pbf_writer writer(status);
  {
    protozero::pbf_writer any(writer, 3);
    any.add_string(1, "type.googleapis.com/google.rpc.RetryInfo");
    protozero::pbf_writer info(any, 2);
    protozero::pbf_writer delay(info, 1);
    delay.add_int32(2, 200'000'000);
  }
  return status;
}

class Call {
 public:
  Call(grpc::AsyncGenericService& service, grpc::ServerCompletionQueue& queue)
      : stream_(&context_) {
    service.RequestCall(&context_, &stream_, &queue, &queue, this);
  }
  /// False: the call is over.
  bool proceed(const std::string& answer, bool ok) {
    if (!ok || step_ == 2) return false;
    if (step_++ == 0) {
      stream_.Read(&request_, this);
      return true;
    }
    const auto& metadata = context_.client_metadata();
    const auto found = metadata.find("authorization");
    const std::string authorization =
        found == metadata.end() ? "" : std::string(found->second.data(), found->second.size());
    std::printf("%s %zu %s\n", context_.method().c_str(), request_.Length(), authorization.c_str());
    std::fflush(stdout);
    answer_with(answer);
    return true;
  }

 private:
  void answer_with(const std::string& answer) {
    if (answer == "hang") return;
    if (answer == "ok" || answer.starts_with("reject=")) {
      const std::string text =
          answer == "ok" ? "" : partial_success(std::stoi(answer.substr(answer.find('=') + 1)));
      const grpc::Slice slice(text);
      stream_.WriteAndFinish(grpc::ByteBuffer(&slice, 1), {}, grpc::Status::OK, this);
      return;
    }
    const bool retry = answer.starts_with("retry=");
    const auto code = static_cast<grpc::StatusCode>(std::stoi(answer.substr(retry ? 6 : 0)));
    stream_.Finish(grpc::Status(code, "refused by the test", retry ? retry_info() : ""), this);
  }

  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_;
  grpc::ByteBuffer request_;
  int step_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  const std::vector<std::string> answers(argv + 2, argv + argc);
  grpc::AsyncGenericService service;
  grpc::ServerBuilder builder;
  builder.AddListeningPort(std::string(argv[1]).find(':') == std::string::npos
                               ? "127.0.0.1:" + std::string(argv[1])
                               : argv[1],
                           grpc::InsecureServerCredentials());
  builder.RegisterAsyncGenericService(&service);
  const auto queue = builder.AddCompletionQueue();
  const auto server = builder.BuildAndStart();
  if (!server) return 1;
  new Call(service, *queue);
  void* tag = nullptr;
  bool ok = false;
  std::size_t accepted = 0;
  std::vector<std::pair<void*, std::string>> answer_of;
  while (queue->Next(&tag, &ok)) {
    auto* call = static_cast<Call*>(tag);
    auto known = answer_of.begin();
    while (known != answer_of.end() && known->first != tag) ++known;
    if (known == answer_of.end()) {  // a new call
      new Call(service, *queue);
      known = answer_of.insert(known, {tag, answers[std::min(accepted++, answers.size() - 1)]});
    }
    if (!call->proceed(known->second, ok)) {
      answer_of.erase(known);
      delete call;
    }
  }
  return 0;
}
