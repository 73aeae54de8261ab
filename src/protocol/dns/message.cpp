// SPDX-License-Identifier: Apache-2.0
#include "protocol/dns/message.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

#include "base/word.hpp"
#include "model/address.hpp"

namespace obi::protocol::dns {
namespace {

constexpr std::size_t kMaxNameBytes = 255;     // RFC 1035 section 2.3.4
constexpr std::size_t kMaxAddressText = 4096;  // of all addresses of an answer, in telemetry
constexpr std::uint16_t kMaxPlausibleQuestions =
    64;                                      // multicast DNS asks several at once, never so many
constexpr std::uint32_t kMaxRecords = 4096;  // 64 KiB hold 5957 of the shortest

struct TypeName {
  std::uint16_t type;
  std::string_view name;
};
constexpr std::array kTypes = {
    TypeName{1, "A"},       TypeName{2, "NS"},     TypeName{5, "CNAME"},
    TypeName{6, "SOA"},     TypeName{12, "PTR"},   TypeName{13, "HINFO"},
    TypeName{15, "MX"},     TypeName{16, "TXT"},   TypeName{17, "RP"},
    TypeName{18, "AFSDB"},  TypeName{28, "AAAA"},  TypeName{29, "LOC"},
    TypeName{33, "SRV"},    TypeName{35, "NAPTR"}, TypeName{37, "CERT"},
    TypeName{39, "DNAME"},  TypeName{41, "OPT"},   TypeName{43, "DS"},
    TypeName{44, "SSHFP"},  TypeName{46, "RRSIG"}, TypeName{47, "NSEC"},
    TypeName{48, "DNSKEY"}, TypeName{50, "NSEC3"}, TypeName{51, "NSEC3PARAM"},
    TypeName{52, "TLSA"},   TypeName{59, "CDS"},   TypeName{60, "CDNSKEY"},
    TypeName{64, "SVCB"},   TypeName{65, "HTTPS"}, TypeName{99, "SPF"},
    TypeName{249, "TKEY"},  TypeName{250, "TSIG"}, TypeName{251, "IXFR"},
    TypeName{252, "AXFR"},  TypeName{255, "ANY"},  TypeName{256, "URI"},
    TypeName{257, "CAA"},
};

bool append_address(const Record& record, std::string& addresses) {
  model::IpAddress address;
  if (record.type == kTypeA && record.data.size() == 4) {
    address.bytes[10] = address.bytes[11] = 0xff;
  } else if (record.type != kTypeAaaa || record.data.size() != 16) {
    return false;
  }
  std::ranges::transform(record.data,
                         address.bytes.end() - static_cast<std::ptrdiff_t>(record.data.size()),
                         [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  std::array<char, 64> buffer;
  std::string_view text = model::format(address, buffer);
  if (text.empty()) text = record.type == kTypeA ? "0.0.0.0" : "::";
  if (addresses.size() + text.size() + 1 > kMaxAddressText) return true;  // counted, not reported
  if (!addresses.empty()) addresses += ',';
  addresses += text;
  return true;
}

// What names are written with, nearly all of them.
constexpr std::array<bool, 256> kPlain = [] {
  std::array<bool, 256> plain{};
  for (std::size_t c = 0x21; c < 0x7f; ++c) plain[c] = c != '.' && c != '\\';
  return plain;
}();
bool is_plain(char c) { return kPlain[static_cast<unsigned char>(c)]; }

// ASCII in lower case, eight bytes at a time.
std::uint64_t lower(std::uint64_t word) {
  using base::each_byte;
  const std::uint64_t is_upper = (word + each_byte(0x80 - 'A')) & ~(word + each_byte(0x7f - 'Z'));
  return word | (is_upper & each_byte(0x80)) >> 2U;
}

}  // namespace

void Name::add_label(std::string_view label) {
  if (size_ > 0) put('.');
  while (!label.empty()) {
    const auto plain =
        static_cast<std::size_t>(std::ranges::find_if_not(label, is_plain) - label.begin());
    std::memcpy(chars_.data() + size_, label.data(), plain);
    size_ += plain;
    if (plain == label.size()) return;
    put_escaped(label[plain]);
    label.remove_prefix(plain + 1);
  }
}

void Name::put_escaped(char c) {
  const auto byte = static_cast<unsigned char>(c);
  put('\\');
  if (c == '.' || c == '\\') return put(c);
  put(static_cast<char>('0' + byte / 100));
  put(static_cast<char>('0' + byte / 10 % 10));
  put(static_cast<char>('0' + byte % 10));
}

std::expected<Header, ParseError> Reader::header() {
  Header header;
  header.id = cursor_.big<std::uint16_t>();
  const auto flags = cursor_.big<std::uint16_t>();
  header.questions = cursor_.big<std::uint16_t>();
  header.answers = cursor_.big<std::uint16_t>();
  header.authorities = cursor_.big<std::uint16_t>();
  header.additionals = cursor_.big<std::uint16_t>();
  if (!cursor_.ok()) return std::unexpected(ParseError::Truncated);
  constexpr unsigned kReserved = 0x40;  // Z; its neighbours are DNSSEC's AD and CD
  if ((flags & kReserved) != 0) return std::unexpected(ParseError::NotThisProtocol);
  header.is_response = (flags & 0x8000U) != 0;
  header.opcode = static_cast<std::uint8_t>(flags >> 11U & 15U);
  header.is_truncated = (flags & 0x0200U) != 0;
  header.rcode = static_cast<std::uint8_t>(flags & 15U);
  return header;
}

// Once behind a pointer, `here` reads the name and the message's own cursor stays behind it.
bool Reader::name(Name* name) {
  if (name != nullptr) name->clear();
  const std::size_t begin = message_.size() - cursor_.left();
  base::ByteCursor elsewhere(message_);
  base::ByteCursor* here = &cursor_;
  std::size_t wire_bytes = 0;
  std::size_t lowest = message_.size();  // pointers go backwards from here
  while (true) {
    const std::size_t at = message_.size() - here->left();
    const std::uint8_t length = here->u8();
    if (!here->ok()) break;
    if (length == 0) {
      if (here == &cursor_) known_ = begin;
      if (name != nullptr) name->end();
      return true;
    }
    if (length >= 0xc0) {
      const std::size_t target = (length & 0x3fU) << 8U | here->u8();
      if (!here->ok()) break;
      if (target >= std::min(lowest, at)) return cursor_.fail(), false;
      // Most records are of the name that was asked for.
      if (name == nullptr && wire_bytes == 0 && target == known_) return true;
      lowest = target;
      elsewhere = base::ByteCursor(message_.subspan(target));
      here = &elsewhere;
      continue;
    }
    wire_bytes += length + 1U;
    if (length > 63 || wire_bytes >= kMaxNameBytes) return cursor_.fail(), false;
    const std::string_view label = here->text(length);
    if (!here->ok()) break;
    if (name != nullptr) name->add_label(label);
  }
  is_cut_ = true;
  cursor_.fail();
  return false;
}

bool Reader::question(Question& question) {
  if (!name(&question.name)) return false;
  question.type = cursor_.big<std::uint16_t>();
  question.dns_class = cursor_.big<std::uint16_t>();
  is_cut_ |= !cursor_.ok();
  return cursor_.ok();
}

bool Reader::record(Record& record, bool with_name) {
  if (!name(with_name ? &record.name : nullptr)) return false;
  record.type = cursor_.big<std::uint16_t>();
  record.dns_class = cursor_.big<std::uint16_t>();
  record.ttl = cursor_.big<std::uint32_t>();
  record.data = cursor_.take(cursor_.big<std::uint16_t>());
  is_cut_ |= !cursor_.ok();
  return cursor_.ok();
}

Outcome read_outcome(Reader& reader, const Header& header, std::uint64_t only,
                     std::string& addresses) {
  Outcome outcome{.rcode = header.rcode};
  addresses.clear();
  const std::uint32_t all = std::min<std::uint32_t>(
      kMaxRecords, std::uint32_t{header.answers} + header.authorities + header.additionals);
  Record record;
  for (std::uint32_t i = 0; i < all && reader.record(record, only != 0); ++i) {
    const bool is_option = record.type == kTypeOpt && i >= header.answers;
    if (is_option) outcome.rcode |= static_cast<int>(record.ttl >> 24U) << 4U;
    if (i >= header.answers) continue;
    if (only != 0 && hash_of(record.name.text(), record.type) != only) continue;
    if (append_address(record, addresses)) ++outcome.address_count;
  }
  return outcome;
}

std::uint64_t hash_of(std::string_view name, std::uint16_t type) {
  std::uint64_t hash = std::uint64_t{type} << 32U | name.size();
  const auto add = [&hash](std::uint64_t word) {
    hash = (hash ^ lower(word)) * 0x9e3779b97f4a7c15ULL;
    hash ^= hash >> 32U;
  };
  std::size_t at = 0;
  for (; at + 8 <= name.size(); at += 8) add(base::word_at<std::uint64_t>(name, at));
  std::uint64_t rest = 0;
  for (; at < name.size(); ++at) rest = rest << 8U | static_cast<unsigned char>(name[at]);
  add(rest);
  return hash == 0 ? 1 : hash;
}

std::string_view type_name(std::uint16_t type, base::Arena& arena) {
  if (type == kTypeA) return "A";
  if (type == kTypeAaaa) return "AAAA";
  const auto found = std::ranges::lower_bound(kTypes, type, {}, &TypeName::type);
  if (found != kTypes.end() && found->type == type) return found->name;
  std::array<char, 5> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), type).ptr;
  return arena.join("TYPE", {digits.data(), end});
}

bool is_message(std::span<const std::byte> bytes, bool may_be_cut) {
  Reader reader(bytes);
  const auto header = reader.header();
  if (!header || header->opcode > 6 || header->questions > kMaxPlausibleQuestions) return false;
  Question question;
  for (std::uint16_t i = 0; i < header->questions; ++i) {
    if (!reader.question(question)) return may_be_cut && reader.is_cut();
  }
  const std::uint32_t records =
      std::uint32_t{header->answers} + header->authorities + header->additionals;
  Record record;
  for (std::uint32_t i = 0; i < records; ++i) {
    if (!reader.record(record, false)) return may_be_cut && reader.is_cut();
  }
  return reader.at_end() && header->questions + records > 0;
}

}  // namespace obi::protocol::dns
