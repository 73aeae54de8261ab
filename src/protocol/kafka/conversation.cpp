// SPDX-License-Identifier: Apache-2.0
#include "protocol/kafka/conversation.hpp"

#include <utility>

#include "protocol/kafka/header.hpp"
#include "protocol/span_text.hpp"

namespace obi::protocol::kafka {
namespace {

using Note = SpanSink::Note;

// librdkafka sends without limit; what the kernel's buffers hold of small requests is below.
constexpr std::size_t kMaxWaiting = 16 * 1024;
constexpr std::size_t kMaxWaitingBytes = 4U << 20U;
// A rebalance holds JoinGroup back for minutes; nothing else waits for as long.
constexpr std::uint64_t kMaxWaitNs = 300'000'000'000;
constexpr std::size_t kMaxSpare = 8;
constexpr std::size_t kIdleBytes = 16 * 1024;

constexpr std::string_view kPublish = "publish";
constexpr std::string_view kProcess = "process";
constexpr std::string_view kUnknownTopic = "*";

}  // namespace

KafkaConversation::KafkaConversation(Shared& shared, const ConversationStart& start)
    : MessageConversation(start, 0),
      names_(shared.names),
      answer_(names_),
      waiting_(kMaxWaiting),
      answers_in_step_(!start.mid_life) {}

MessageConversation::Size KafkaConversation::measure(PeerRole from,
                                                     std::span<const std::byte> bytes) {
  if (from == PeerRole::kClient) {
    const auto header = read_request_header(bytes);
    if (!header) return std::unexpected(header.error());
    return header->bytes;
  }
  const auto header = read_response_header(bytes);
  if (!header) return std::unexpected(header.error());
  if (!answers_in_step_ && waiting_.find(header->correlation_id) == nullptr)
    return std::unexpected(ParseError::NotThisProtocol);
  return header->bytes;
}

// Many clients, and the broker, read the size of a message with a call of its own.
bool KafkaConversation::resumes(PeerRole from, std::span<const std::byte> bytes) {
  const bool only_size = bytes.size() == kSizeBytes;
  if (from == PeerRole::kServer) {
    const auto header = read_response_header(bytes);
    if (!header) return only_size && header.error() == ParseError::Truncated;
    return waiting_.find(header->correlation_id) != nullptr;
  }
  switch (evidence_of_request(bytes)) {
    case Evidence::kNone: return false;
    case Evidence::kStrong: return true;
    case Evidence::kMore:
    case Evidence::kWeak: break;
  }
  const auto header = read_request_header(bytes);
  return header ? header->bytes == bytes.size() : only_size;
}

void KafkaConversation::on_part(PeerRole from, std::span<const std::byte> bytes,
                                std::uint64_t missing, SpanSink& sink) {
  if (from == PeerRole::kClient) {
    if (!exchange_) {
      begin_request(bytes);
      bytes = bytes.subspan(kRequestHeaderBytes);
    }
    request_.feed(bytes);
    request_.miss(missing);
    return;
  }
  if (!in_answer_) {
    begin_answer(bytes, sink);
    bytes = bytes.subspan(kResponseHeaderBytes);
  }
  if (!answered_.exchange) return;
  answer_.feed(bytes);
  answer_.miss(missing);
}

void KafkaConversation::begin_request(std::span<const std::byte> bytes) {
  header_ = *read_request_header(bytes);
  exchange_ = take_exchange();
  request_.begin(header_, *exchange_);
}

void KafkaConversation::begin_answer(std::span<const std::byte> bytes, SpanSink& sink) {
  const ResponseHeader header = *read_response_header(bytes);
  in_answer_ = true;
  auto taken = waiting_.take(header.correlation_id);
  if (!taken) return sink.note(Note::ResponseUnpaired);
  answered_ = std::move(*taken);
  waiting_bytes_ -= answered_.exchange->held_bytes();
  // A broker answers in order, so that those asked before have had their answers.
  if (std::exchange(answers_lost_, false)) abandon_older(answered_.identity.start_ns, sink);
  answer_.begin(answered_.api_key, answered_.version, header.bytes - kResponseHeaderBytes,
                *answered_.exchange);
}

void KafkaConversation::on_message(const Message& message, SpanSink& sink) {
  message.from == PeerRole::kClient ? on_request(message, sink) : on_answer(message, sink);
}

void KafkaConversation::on_request(const Message& message, SpanSink& sink) {
  exchange_->request_bytes = message.size;
  const std::size_t spans = header_.api_key == kProduce ? settle_topics(sink) : 0;
  const RequestOrigin origin = message.take_origin();
  if (spans == 0 || exchange_->acks != 0) return wait_for_answer(origin, spans, sink);
  // Nobody answers.
  emit_spans({.topics = exchange_->topics,
              .operation = kPublish,
              .completion = {.end_ns = message.end_ns, .request_bytes = message.size}},
             sink.begin(origin, spans), sink);
  recycle(std::move(exchange_));
}

// The topics that a Produce request is about; how many spans are due.
std::size_t KafkaConversation::settle_topics(SpanSink& sink) {
  Topics& topics = exchange_->topics;
  if (header_.version > request_schema(kProduce)->newest) {
    sink.note(Note::MessageUnsupported);
    return 0;
  }
  if (request_.state() == Walk::State::kCut) {
    sink.note(Note::HeadTruncated);
    if (topics.empty()) topics.begin(kUnknownTopic, false);
  } else if (request_.state() != Walk::State::kDone) {
    sink.note(Note::MessageMalformed);
    topics.clear();
  }
  if (topics.uncounted() > 0) {
    sink.note(Note::RequestSeen, topics.uncounted());
    sink.note(Note::RequestOverflow, topics.uncounted());
  }
  return topics.list().size();
}

void KafkaConversation::wait_for_answer(const RequestOrigin& origin, std::size_t spans,
                                        SpanSink& sink) {
  std::unique_ptr<Exchange> exchange = std::move(exchange_);
  const std::size_t bytes = exchange->held_bytes();
  if (const Waiting* older = waiting_.find(header_.correlation_id); older != nullptr)
    waiting_bytes_ -= older->exchange->held_bytes();
  if (waiting_bytes_ + bytes > kMaxWaitingBytes) {
    if (auto older = waiting_.take(header_.correlation_id); older && older->api_key == kProduce)
      sink.note(Note::RequestLostResponse, older->exchange->topics.list().size());
    if (spans == 0) return;
    sink.begin(origin, spans);
    return sink.note(Note::RequestOverflow, spans);
  }
  Waiting* waiting =
      waiting_.push(header_.correlation_id, origin, static_cast<std::uint32_t>(spans), sink);
  if (waiting == nullptr) return recycle(std::move(exchange));
  waiting_bytes_ += bytes;
  // Whether it is an operation, and how many, its answer shows.
  if (header_.api_key == kFetch) waiting->identity = sink.begin(origin, 0);
  waiting->api_key = header_.api_key;
  waiting->version = header_.version;
  waiting->exchange = std::move(exchange);
}

void KafkaConversation::on_answer(const Message& message, SpanSink& sink) {
  in_answer_ = false;
  answers_in_step_ = true;
  if (!answered_.exchange) return;
  if (answered_.api_key == kProduce) {
    emit_spans({.topics = answered_.exchange->topics,
                .operation = kPublish,
                .completion = {.end_ns = message.end_ns,
                               .request_bytes = answered_.exchange->request_bytes,
                               .response_bytes = message.size}},
               answered_.identity, sink);
  } else if (answered_.api_key == kFetch) {
    on_fetched(message, sink);
  }
  recycle(std::move(answered_.exchange));
}

void KafkaConversation::on_fetched(const Message& message, SpanSink& sink) {
  if (answered_.version > response_schema(kFetch)->newest)
    return sink.note(Note::MessageUnsupported);
  answer_.finish();
  if (answer_.state() == Walk::State::kCut) {
    sink.note(Note::HeadTruncated);
  } else if (answer_.state() != Walk::State::kDone) {
    return sink.note(Note::MessageMalformed);
  }
  const Topics& topics = answer_.topics();
  const std::size_t spans = topics.list().size();
  if (spans > 0) sink.note(Note::RequestSeen, spans);
  emit_spans({.topics = topics,
              .operation = kProcess,
              .completion = {.end_ns = message.end_ns,
                             .request_bytes = answered_.exchange->request_bytes,
                             .response_bytes = message.size}},
             answered_.identity, sink);
}

void KafkaConversation::emit_spans(const TopicSpans& spans, const RequestIdentity& request,
                                   SpanSink& sink) {
  const auto type = is_client() ? model::EventType::kKafkaClient : model::EventType::kKafkaServer;
  for (const Topic& topic : spans.topics.list()) {
    const bool is_first = &topic == &spans.topics.list().front();
    model::Span& span =
        sink.emit_span(type, is_first ? request : sink.begin(request, 0), spans.completion);
    base::Arena& arena = sink.arena();
    const std::string_view name = topic.has_id ? names_.find(topic.id) : spans.topics.name(topic);
    span.method = spans.operation;
    span.path = name.empty() ? kUnknownTopic : clean_copy(name, arena);
    auto& call = arena.make<model::MessagingCall>();
    call.system = "kafka";
    call.client_id = clean_copy(request_.client_id(), arena);
    if (topic.partitions == 1) {
      call.partition = topic.partition;
      call.offset = topic.offset;
    }
    span.messaging = &call;
  }
}

void KafkaConversation::on_lost(PeerRole from, SpanSink& sink) {
  if (from == PeerRole::kServer) {
    abandon_answer(Note::RequestLostResponse, sink);
    answers_in_step_ = false;
    answers_lost_ = true;
    return;
  }
  if (!exchange_) return;
  // The rest of that request isn't known, and what it is about may be there.
  if (header_.api_key == kProduce) {
    sink.note(Note::RequestSeen);
    sink.note(Note::RequestLostResponse);
  }
  recycle(std::move(exchange_));
}

// The answer under way, of which the rest won't come.
void KafkaConversation::abandon_answer(Note why, SpanSink& sink) {
  in_answer_ = false;
  if (!answered_.exchange) return;
  if (answered_.api_key == kProduce) {
    const std::size_t spans = answered_.exchange->topics.list().size();
    if (spans > 0) sink.note(why, spans);
  } else if (answered_.api_key == kFetch) {
    sink.note(Note::RequestSeen);
    sink.note(why);
  }
  recycle(std::move(answered_.exchange));
}

// Those that began before `ns` were answered, and it is unknown how. Whether a Fetch had records is
// not known: it counts as one operation.
void KafkaConversation::abandon_older(std::uint64_t ns, SpanSink& sink) {
  waiting_.abandon_before(ns, Note::RequestLostResponse, sink, [&](const Waiting& waiting) {
    waiting_bytes_ -= waiting.exchange->held_bytes();
    if (waiting.api_key != kFetch) return;
    sink.note(Note::RequestSeen);
    sink.note(Note::RequestLostResponse);
  });
}

// A Fetch without answer has brought no messages: no operation.
void KafkaConversation::on_unanswered(Unanswered& open, SpanSink&) {
  const auto publish = [this](const Waiting& asked, std::uint64_t end_ns, SpanSink& failed) {
    const Exchange& exchange = *asked.exchange;
    emit_spans({.topics = exchange.topics,
                .operation = kPublish,
                .completion = {.end_ns = end_ns, .request_bytes = exchange.request_bytes}},
               asked.identity, failed);
  };
  if (answered_.exchange && answered_.api_key == kProduce) {
    open.end(answered_.identity.start_ns, answered_.exchange->topics.list().size(),
             [&](std::uint64_t end_ns, SpanSink& failed) { publish(answered_, end_ns, failed); });
    recycle(std::move(answered_.exchange));
  }
  waiting_.end_all(open, publish);
}

void KafkaConversation::abandon(Note why, std::uint64_t, SpanSink& sink) {
  if (answers_lost_) why = Note::RequestLostResponse;
  abandon_answer(why, sink);
  if (exchange_) {
    if (header_.api_key == kProduce) {
      sink.note(Note::RequestSeen);
      sink.note(why);
    }
    recycle(std::move(exchange_));
  }
  waiting_.abandon(why, sink);
  waiting_bytes_ = 0;
}

void KafkaConversation::on_time(std::uint64_t now_ns, bool quiet, SpanSink& sink) {
  if (now_ns > kMaxWaitNs) abandon_older(now_ns - kMaxWaitNs, sink);
  if (!quiet || !waiting_.empty() || waiting_.held_bytes() <= kIdleBytes) return;
  waiting_ = ById<std::int32_t, Waiting>(kMaxWaiting);
}

std::unique_ptr<Exchange> KafkaConversation::take_exchange() {
  if (spare_.empty()) return std::make_unique<Exchange>();
  std::unique_ptr<Exchange> taken = std::move(spare_.back());
  spare_.pop_back();
  return taken;
}

void KafkaConversation::recycle(std::unique_ptr<Exchange> exchange) {
  if (spare_.size() >= kMaxSpare || exchange->held_bytes() > kIdleBytes) return;
  exchange->clear();
  spare_.push_back(std::move(exchange));
}

std::size_t KafkaConversation::state_bytes() const {
  std::size_t bytes = sizeof(*this) - sizeof(MessageConversation) + waiting_.held_bytes() +
                      waiting_bytes_ + request_.held_bytes() + answer_.held_bytes();
  for (const auto& exchange : spare_) bytes += exchange->held_bytes();
  return bytes;
}

}  // namespace obi::protocol::kafka
