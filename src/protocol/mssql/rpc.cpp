// SPDX-License-Identifier: Apache-2.0
#include "protocol/mssql/rpc.hpp"

#include <algorithm>
#include <array>

#include "base/byte_cursor.hpp"

namespace obi::protocol::mssql {
namespace {

using base::ByteCursor;

constexpr std::uint16_t kByNumber = 0xffff;
constexpr std::size_t kMaxProcedureName = 1046;  // 2.2.6.6
constexpr std::uint16_t kNull16 = 0xffff;
constexpr std::uint16_t kPartsFollow = 0xffff;  // a maximal length: the value comes in parts (PLP)
constexpr int kNone = -1;

// 2.2.6.6, and what each takes at which place ("System stored procedures" of Transact-SQL).
struct Procedure {
  std::uint16_t id;
  std::string_view name;
  Purpose purpose;
  int text = kNone;    // which parameter is the statement
  int handle = kNone;  // … the handle
};
constexpr std::array<Procedure, 15> kProcedures = {{
    {1, "sp_cursor", Purpose::kFetch},
    {2, "sp_cursoropen", Purpose::kExecuteText, 1},
    {3, "sp_cursorprepare", Purpose::kPrepare, 2},
    {4, "sp_cursorexecute", Purpose::kExecuteHandle, kNone, 0},
    {5, "sp_cursorprepexec", Purpose::kPrepareAndExecute, 3},
    {6, "sp_cursorunprepare", Purpose::kForget, kNone, 0},
    {7, "sp_cursorfetch", Purpose::kFetch},
    {8, "sp_cursoroption", Purpose::kFetch},
    {9, "sp_cursorclose", Purpose::kFetch},
    {10, "sp_executesql", Purpose::kExecuteText, 0},
    {11, "sp_prepare", Purpose::kPrepare, 2},
    {12, "sp_execute", Purpose::kExecuteHandle, kNone, 0},
    {13, "sp_prepexec", Purpose::kPrepareAndExecute, 2},
    {14, "sp_prepexecrpc", Purpose::kPrepareAndExecute, 1},
    {15, "sp_unprepare", Purpose::kForget, kNone, 0},
}};

bool is_name(Bytes utf16, std::string_view name) {
  if (utf16.size() != 2 * name.size()) return false;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const char c = std::to_integer<char>(utf16[2 * i]);
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower != name[i] || utf16[2 * i + 1] != std::byte{0}) return false;
  }
  return true;
}

struct Value {
  Bytes bytes;
  bool is_narrow = false;
};

// As many of the bytes as were captured.
Bytes take_some(ByteCursor& cursor, std::uint64_t count) {
  return cursor.take(std::min<std::uint64_t>(count, cursor.left()));
}

// Length behind the type's largest one. Of a value in parts only the first is given.
Bytes long_value(ByteCursor& cursor, std::uint16_t largest) {
  if (largest != kPartsFollow) {
    const auto length = cursor.little<std::uint16_t>();
    return length == kNull16 ? Bytes{} : take_some(cursor, length);
  }
  constexpr std::uint64_t kNull = ~std::uint64_t{0};
  if (cursor.little<std::uint64_t>() == kNull) return {};
  Bytes first;
  while (cursor.ok()) {
    const auto length = cursor.little<std::uint32_t>();
    if (length == 0) break;
    const Bytes part = take_some(cursor, length);
    if (first.empty()) first = part;
  }
  return first;
}

std::size_t fixed_bytes(std::uint8_t type) {
  switch (type) {
    case 0x30:            // INT1
    case 0x32: return 1;  // BIT
    case 0x34: return 2;  // INT2
    case 0x38:            // INT4
    case 0x3a:            // DATETIM4
    case 0x3b:            // FLT4
    case 0x7a: return 4;  // MONEY4
    case 0x3c:            // MONEY
    case 0x3d:            // DATETIME
    case 0x3e:            // FLT8
    case 0x7f: return 8;  // INT8
    default: return 0;
  }
}

// A parameter: name, flags, TYPE_INFO (2.2.5.6) and value.
Value parameter(ByteCursor& cursor) {
  cursor.skip(std::size_t{cursor.u8()} * 2);
  cursor.u8();
  const std::uint8_t type = cursor.u8();
  if (const std::size_t bytes = fixed_bytes(type); bytes > 0) return {.bytes = cursor.take(bytes)};
  constexpr std::size_t kCollation = 5;
  switch (type) {
    case 0x1f: return {};  // NULL
    case 0x6a:             // DECIMALN
    case 0x6c:             // NUMERICN
      cursor.skip(1 + 2);
      return {.bytes = cursor.take(cursor.u8())};
    case 0x24:  // GUID
    case 0x26:  // INTN
    case 0x68:  // BITN
    case 0x6d:  // FLTN
    case 0x6e:  // MONEYN
    case 0x6f:  // DATETIMN
      cursor.u8();
      return {.bytes = cursor.take(cursor.u8())};
    case 0xa5:    // BIGVARBINARY
    case 0xad: {  // BIGBINARY
      const auto largest = cursor.little<std::uint16_t>();
      return {.bytes = long_value(cursor, largest)};
    }
    case 0xa7:    // BIGVARCHAR
    case 0xaf:    // BIGCHAR
    case 0xe7:    // NVARCHAR
    case 0xef: {  // NCHAR
      const auto largest = cursor.little<std::uint16_t>();
      cursor.skip(kCollation);
      return {.bytes = long_value(cursor, largest), .is_narrow = type == 0xa7 || type == 0xaf};
    }
    case 0x23:    // TEXT
    case 0x63: {  // NTEXT
      cursor.skip(4 + kCollation);
      const auto length = cursor.little<std::int32_t>();
      return {.bytes = length < 0 ? Bytes{} : take_some(cursor, static_cast<std::uint32_t>(length)),
              .is_narrow = type == 0x23};
    }
    default: cursor.fail(); return {};
  }
}

}  // namespace

std::string_view procedure_name(std::uint16_t id) {
  const auto found = std::ranges::find(kProcedures, id, &Procedure::id);
  return found == kProcedures.end() ? std::string_view{} : found->name;
}

std::expected<Call, ParseError> parse_call(Bytes payload) {
  ByteCursor cursor(payload);
  Call call;
  const auto characters = cursor.little<std::uint16_t>();
  if (characters == kByNumber) {
    call.id = cursor.little<std::uint16_t>();
  } else if (characters > kMaxProcedureName) {
    return std::unexpected(ParseError::Malformed);
  } else {
    call.name = cursor.take(std::size_t{characters} * 2);
  }
  cursor.skip(2);  // flags
  if (!cursor.ok()) return std::unexpected(ParseError::Truncated);
  const auto found = std::ranges::find_if(kProcedures, [&](const Procedure& procedure) {
    return call.name.empty() ? procedure.id == call.id : is_name(call.name, procedure.name);
  });
  if (found == kProcedures.end()) return call;
  call.id = found->id;
  call.purpose = found->purpose;
  for (int i = 0; i <= std::max(found->text, found->handle); ++i) {
    const Value value = parameter(cursor);
    if (!cursor.ok()) break;
    if (i == found->text) {
      call.text = value.bytes;
      call.is_narrow = value.is_narrow;
    } else if (i == found->handle && value.bytes.size() == 4) {
      call.handle = ByteCursor(value.bytes).little<std::uint32_t>();
    }
  }
  return call;
}

}  // namespace obi::protocol::mssql
