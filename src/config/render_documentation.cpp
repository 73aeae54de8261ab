// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "config/allowed.hpp"
#include "config/render.hpp"
#include "config/selector_reader.hpp"

namespace obi::config {
namespace {

constexpr std::string_view kIntroduction = R"(# Configuration

<!-- Made from the table in src/config/keys_*.cpp by `make docs`; don't edit. -->

The agent reads a YAML file (`--config FILE`, or `OTEL_EBPF_CONFIG_PATH`, which wins) and environment
variables. `ebpf-instrument config` prints the effective configuration and where each value came from, and on stderr each
warning and each mistake. `ebpf-instrument config --check` prints only these, on stdout: lines that begin
with `warning: ` or `error: `. Exit codes of both, for scripts:

| code | meaning |
|---|---|
| 0 | nothing to say |
| 3 | warnings only: the agent starts, and something has no effect, or another than it seems |
| 1 | the agent refuses to start with it |
| 2 | the command line can't be read |

## Layouts

The file has the layout that OBI calls v1. One of layout v2, OpenTelemetry's declarative configuration,
is refused: it is known by `file_format`, `extensions.obi`, `tracer_provider`, `meter_provider`,
`logger_provider`, or a receiver's `capture`, `enrich`, `correlation` or `daemon`.

## Modes

Application mode instruments processes: those that something selects (`open_port`, `auto_target_exe`,
`auto_target_language`, `executable_path`, `target_pids`, `discovery.instrument`,
`discovery.services`), else every process that listens on a TCP port. It is off where nothing selects
processes and only features of the network or of TCP statistics are asked for, by `network.enable` or a list
of features (`network*`, `stats*`). These features come later: an agent that has nothing else to do
warns, runs, and instruments nothing.

## Precedence

Variables win over the file, the file wins over the defaults. A variable that is set but empty
counts as unset. Where a key has two variables, the first one that isn't empty counts. Lists are
replaced whole; mappings are merged key by key. Null leaves a value as it was and empties a list;
`routes: null` and `name_resolver: null` switch these stages off. Only the first document of a file
counts. Anchors, aliases and `<<` work.

A key or an `OTEL_EBPF_` variable that doesn't exist is a warning with the nearest name that does. A
value that can't be used ends the start with a line that names the key, the value, where it was set
and what is allowed; all such lines are told at once.

## Variables inside the file

`${NAME}`, `$(NAME)` and `${env:NAME}` stand for a variable's value, `${NAME:-text}` for `text` where
the variable is unset or empty. `$${NAME}` is a literal `${NAME}`. This happens before YAML is read,
in comments too.

## Types

| type | in the file | in a variable |
|---|---|---|
| boolean | true, false, yes, no, on, off, quoted or not | the same, 1, 0, t, f |
| integer | whole number, also 0x, 0o, 0b | the same |
| size | bytes, or with KiB, MiB, GiB | the same |
| number | decimal or with exponent | the same |
| duration | 500ms, 1.5s, 1h30m; units ns, us, ms, s, m, h; a bare number only if it is 0 | the same |
| choice | one of those listed; other names for one stand in brackets | the same |
| list | sequence, or text with commas | text with commas |
| ports, pids | 80,443,8000-8999 as text, or a sequence | the text |
| glob | whole text must match: `*` any run, `?` one character, `[a-z]`, `[!a-z]`, `{a,b}`, `\` | the same |
| regex | RE2 syntax, found anywhere | the same |

Keys marked *later* are read and checked, but their feature isn't built yet. Those marked *no effect*
are OBI's, and set what needs no setting here. Setting one of either is a warning.

## Lists of keys and values

`OTEL_EXPORTER_OTLP_HEADERS`, its forms for a signal and `OTEL_RESOURCE_ATTRIBUTES`, the agent's and
those of traced processes, are `key=value,key2=value2` as OpenTelemetry writes them (W3C Baggage
without properties): blanks around keys and values don't count, `%2C` stands for a comma, `%3D` for
an equal sign, `%20` for a blank, `%25` for a percent sign, the result must be UTF-8. An entry that
can't be read, or that no header may have, is left out and reported by its number, without its text.
Quotes around the whole list are left out. Of equal keys the last one counts.

## The way to a receiver

Endpoints of OTLP are URLs with `http` or `https`; an IPv6 address stands in brackets. User info
becomes an `Authorization: Basic` header, unless one is set; a fragment is not sent; blanks and quotes
around the URL, which `docker --env-file` leaves, are left out with a warning. For gRPC host and port
alone count. `unix:///path` and `unix://@name` are sockets. No user info and no query is in any log.

Proxies are those of the environment, by the rules of Go: `HTTP_PROXY` for http, `HTTPS_PROXY` for
https (with CONNECT) and for every gRPC endpoint (with CONNECT; http proxies only), `NO_PROXY` for
exceptions: a domain with its subdomains, `.domain` for these alone, an address, a range such as
10.0.0.0/8, each but the range with `:port` if wanted, or `*`. The names in lower case count where the
others are empty. User info of a proxy becomes `Proxy-Authorization`. `localhost` and loopback
addresses never go through a proxy, nor do sockets; `HTTP_PROXY` isn't used where `REQUEST_METHOD` is
set (CGI). A redirect with 307 or 308 is followed once, within the same host and never from https to
http.

## Pages

The pages of `prometheus_export` and `internal_metrics.prometheus` take GET and HEAD of HTTP/1.0 and
1.1, with kept connections, and gzip. A page is made only for a request that is whole, so silent and
slow clients delay nobody. A port has at most 512 connections; beyond that the one that has been idle
for longest is closed. A head may take 10 s and 32 KiB (8 KiB for its first line), a silent connection
2 minutes, a response 2 minutes; pages that wait for slow readers hold at most 16 MiB.
)";

constexpr std::string_view kSelectorIntroduction = R"(
## Selectors

The entries of the lists in `discovery`. All criteria of an entry must hold; one entry that matches
is enough. Patterns are globs in `instrument`, `exclude_instrument` and `default_exclude_instrument`,
regular expressions in `services`, `exclude_services` and `default_exclude_services`. What several
matching entries set is applied in order, so the last one wins. A child of an instrumented process
is instrumented unless an exclusion matches it.

An entry with a criterion that is marked *later* matches no process, whatever else it asks for, which is
a warning. A field that isn't in this table is a mistake.

| field | type | meaning |
|---|---|---|
)";

std::string_view type_name(Type type) {
  switch (type) {
    case Type::kText: return "text";
    case Type::kBoolean: return "boolean";
    case Type::kInteger: return "integer";
    case Type::kSize: return "size";
    case Type::kNumber: return "number";
    case Type::kDuration: return "duration";
    case Type::kChoice:
    case Type::kLogLevel: return "choice";
    case Type::kTextList: return "list";
    case Type::kNumberList: return "list of numbers";
    case Type::kIntSet: return "ports, pids";
    case Type::kGlob: return "glob";
    case Type::kRegex: return "regex";
    case Type::kSelectors: return "selectors";
    case Type::kObject: return "mapping";
    case Type::kObjectList: return "list of mappings";
  }
  return "";
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : fmt::format("`{}`", text);
}

// A cell must not hold the character that ends it.
std::string cell(std::string_view text) {
  std::string escaped;
  for (const char c : text) escaped += c == '|' ? std::string("\\|") : std::string(1, c);
  return escaped;
}

std::string variables(const Key& key) {
  std::string text;
  for (const std::string& name : split_list(key.env)) {
    if (!text.empty()) text += ", else ";
    text += code(name);
  }
  return text;
}

std::string row(const Key& key) {
  std::string meaning(key.doc);
  if (const std::string allowed = allowed_text(key); !allowed.empty()) {
    meaning += fmt::format(" ({})", allowed);
  }
  if (key.is(kLater)) meaning += " *later*";
  if (key.is(kNoEffect)) meaning += " *no effect*";
  return fmt::format("| {} | {} | {} | {} | {} |\n", key.is(kEnvironmentOnly) ? "" : code(key.path),
                     variables(key), type_name(key.type), cell(code(key.fallback)), cell(meaning));
}

std::string_view section_of(const Key& key) {
  const std::size_t dot = key.path.find('.');
  return dot == std::string_view::npos ? std::string_view() : key.path.substr(0, dot);
}

}  // namespace

std::string render_documentation() {
  std::string out(kIntroduction);
  std::string_view section = "-";
  for (const Key& key : keys()) {
    if (section_of(key) != section) {
      section = section_of(key);
      out += fmt::format(
          "\n## {}\n\n| key | variable | type | default | meaning |\n"
          "|---|---|---|---|---|\n",
          section.empty() ? "General" : section);
    }
    out += row(key);
  }
  out += kSelectorIntroduction;
  for (const SelectorField& field : selector_fields()) {
    out += fmt::format("| `{}` | {} | {}{} |\n", field.name, field.type, cell(field.doc),
                       field.is_later ? " *later*" : "");
  }
  for (const std::string_view field : metadata_fields()) {
    out += fmt::format("| `{}` | pattern | metadata of the process *later* |\n", field);
  }
  return out;
}

}  // namespace obi::config
