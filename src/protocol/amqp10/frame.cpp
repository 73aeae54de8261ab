// SPDX-License-Identifier: Apache-2.0
#include "protocol/amqp10/frame.hpp"

#include <algorithm>

namespace obi::protocol::amqp10 {
namespace {

constexpr std::uint32_t kMaxFrameBytes = 256U << 20U;
constexpr std::uint32_t kHeaderBytes = 8;
constexpr std::uint8_t kSaslFrame = 1;
constexpr std::string_view kMagic = "AMQP";
constexpr std::string_view kVersion("\x01\x00\x00", 3);
// Header, two kinds of annotations, then the properties.
constexpr int kSectionsBeforeProperties = 3;

std::string_view address_of(const Value& terminus) { return Fields(terminus).next().text(); }

}  // namespace

std::expected<Layer, ParseError> parse_layer_header(std::span<const std::byte> bytes) {
  const std::string_view text = text_of(bytes.first(std::min(bytes.size(), kLayerHeaderBytes)));
  const auto fits = [&](std::size_t at, std::string_view wanted) {
    return text.size() <= at || wanted.starts_with(text.substr(at, wanted.size()));
  };
  if (!fits(0, kMagic) || !fits(5, kVersion)) return std::unexpected(ParseError::NotThisProtocol);
  if (text.size() > 4) {
    const auto layer = static_cast<Layer>(text[4]);
    if (layer != Layer::kAmqp && layer != Layer::kTls && layer != Layer::kSasl)
      return std::unexpected(ParseError::NotThisProtocol);
    if (text.size() == kLayerHeaderBytes) return layer;
  }
  return std::unexpected(ParseError::Truncated);
}

std::expected<Frame, ParseError> parse_frame(std::span<const std::byte> bytes) {
  base::ByteCursor cursor(bytes);
  Frame frame{.bytes = cursor.big<std::uint32_t>(), .body = {}};
  const std::uint32_t offset = cursor.u8() * 4U;
  const std::uint8_t type = cursor.u8();
  frame.channel = cursor.big<std::uint16_t>();
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  frame.is_sasl = type == kSaslFrame;
  if (frame.bytes < kHeaderBytes || frame.bytes > kMaxFrameBytes || type > kSaslFrame ||
      offset < kHeaderBytes || offset > frame.bytes)
    return std::unexpected(ParseError::NotThisProtocol);
  const std::size_t captured = std::min<std::size_t>(bytes.size(), frame.bytes);
  if (captured > offset) frame.body = bytes.subspan(offset, captured - offset);
  if (!frame.body.empty() && frame.body[0] != std::byte{0})
    return std::unexpected(ParseError::NotThisProtocol);
  return frame;
}

std::expected<Performative, ParseError> parse_performative(std::span<const std::byte> body) {
  base::ByteCursor cursor(body);
  Performative performative{.value = read_value(cursor), .payload = cursor.rest()};
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  const auto descriptor = performative.value.descriptor;
  const bool is_known =
      (descriptor >= Descriptor::kOpen && descriptor <= Descriptor::kClose) ||
      (descriptor >= Descriptor::kSaslMechanisms && descriptor <= Descriptor::kSaslOutcome);
  if (!is_known || !performative.value.is_list())
    return std::unexpected(ParseError::NotThisProtocol);
  return performative;
}

Attach read_attach(const Value& performative) {
  Fields fields(performative);
  fields.skip(1);  // name
  Attach attach{.handle = static_cast<std::uint32_t>(fields.next().number()),
                .sends = !fields.next().is_true(),
                .source = {},
                .target = {}};
  fields.skip(2);  // settle modes
  attach.source = address_of(fields.next());
  const Value target = fields.next();
  attach.is_messages = target.descriptor != Descriptor::kCoordinator;
  if (attach.is_messages) attach.target = address_of(target);
  return attach;
}

Transfer read_transfer(const Value& performative) {
  Fields fields(performative);
  Transfer transfer{.handle = static_cast<std::uint32_t>(fields.next().number()),
                    .delivery_id = std::nullopt};
  if (const Value id = fields.next(); !id.is_null())
    transfer.delivery_id = static_cast<std::uint32_t>(id.number());
  fields.skip(2);  // tag, format
  transfer.is_settled = fields.next().is_true();
  transfer.has_more = fields.next().is_true();
  fields.skip(3);  // settle mode, state, resume
  transfer.is_aborted = fields.next().is_true();
  return transfer;
}

Disposition read_disposition(const Value& performative) {
  Fields fields(performative);
  Disposition disposition{.from_receiver = fields.next().is_true(),
                          .first = static_cast<std::uint32_t>(fields.next().number())};
  disposition.last = static_cast<std::uint32_t>(fields.next().number(disposition.first));
  const bool is_settled = fields.next().is_true();
  const Value state = fields.next();
  disposition.is_final =
      is_settled || (!state.is_null() && state.descriptor != Descriptor::kReceived);
  disposition.is_rejected = state.descriptor == Descriptor::kRejected;
  return disposition;
}

std::string_view message_address(std::span<const std::byte> payload) {
  base::ByteCursor cursor(payload);
  for (int i = 0; i <= kSectionsBeforeProperties; ++i) {
    const Value section = read_value(cursor);
    if (!cursor.ok() || section.descriptor > Descriptor::kProperties) return {};
    if (section.descriptor != Descriptor::kProperties) continue;
    Fields fields(section);
    fields.skip(2);  // message id, user id
    return fields.next().text();
  }
  return {};
}

}  // namespace obi::protocol::amqp10
