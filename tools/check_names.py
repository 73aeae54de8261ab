#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the identifiers and file names of src/, bpf/ and tests/ against the project's glossary: an old name may not come back.

Comments and texts aren't looked at: there the same words may be plain English.
"""
import io
import re
import sys
import tokenize

from source_files import ROOT, source_files

# Regular expression of a whole identifier, where it may not be ("" = everywhere), what to write.
GLOSSARY = [
    (r"is_told\w*|told|told_\w+|remember_told|TOLD_END", "", "reported, reported_until, is_reported"),
    (r"tell|tell_\w+", "", "emit_span, emit_…, or the verb of what is done"),
    (r"\w*wish(es)?|wish_generation", "", "capture_override, capture_override_epoch; request_stream"),
    (r"want_stream|wants_stream_?", "", "request_stream, stream_requested_"),
    (r"movement|moved|moved_by_call", "bpf", "socket_io, on_io"),
    (r"(inet|inet6|obi)_\w+_again|hooked_twice", "", "…_fallback"),
    (r"[Pp]airer\w*", "", "ConnectionTracker"),
    (r"[Jj]udge\w*|[Jj]udgements?", "", "detect, Match; select_process, Selection"),
    (r"\w*[Vv]erdicts?\w*|\w*VERDICT\w*", "src bpf", "Match (protocol), Selection (discover, inspect), pid_filter_cache (bpf)"),
    (r"Opening|OBI_(MODE_)?OPENING\w*|opening_bytes", "", "FirstBytes, OBI_MODE_PROBING"),
    (r"Speaker", "", "PeerRole"),
    (r"Extent|set_extent", "", "RequestTiming, set_timing"),
    (r"Origin", "", "RequestOrigin"),
    (r"Fate", "", "ChunkResult"),
    (r"glimpse|become_twin|look_at_the_grown_up|kNews|Occasion", "", "snapshot, inherit_from_parent, recheck_after_min_age, kProcessEvent, Trigger"),
    (r"taken|\w*_is_taken|taken_ns|parent_taken|kParentTaken", "src/discover src/inspect", "instrumented"),
    (r"give_up\w*|is_owed|in_doubt_?", "", "abandon, expects_span, unsynchronised"),
    (r"peer_name|host_as_server|peer_as_client", "src", "client_name, server_name_or_ip, client_name_or_ip"),
    (r"make_spans?", "", "emit_span"),
    (r"(Request|Answer)?Front", "src/protocol/kafka", "RequestHeader, ResponseHeader"),
]
MEMBERS = re.compile(r"\bspans?(\[\w+\])?(\.|->)(peer|host)\b")  # of a Span
OLD_FILES = re.compile(r"(^|/)(pair/|pairer|judge|judgement|opening|extent|entry_verdict|told|movement|capture_wishes)")
NOT_CODE = re.compile(r"""//[^\n]*|/\*.*?\*/|R"(\w*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'""", re.S)


def lines_of_code(path, text):
    if path.suffix != ".py":
        bare = NOT_CODE.sub(lambda match: re.sub(r"[^\n]", " ", match.group(0)), text)
        return enumerate(bare.split("\n"), 1)
    tokens = tokenize.generate_tokens(io.StringIO(text).readline)
    return [(token.start[0], token.string) for token in tokens if token.type == tokenize.NAME]


def main():
    rules = [(re.compile(rf"\b(?:{names})\b"), tuple(folders.split()), instead) for names, folders, instead in GLOSSARY]
    wrong = []
    for name in source_files(("src", "bpf", "tests")):
        path = ROOT / name
        if OLD_FILES.search(name):
            wrong.append(f"{name}: an old name of a file or folder")
        here = [(rule, instead) for rule, folders, instead in rules if not folders or name.startswith(folders)]
        for number, line in lines_of_code(path, path.read_text()):
            for rule, instead in here:
                if match := rule.search(line):
                    wrong.append(f"{name}:{number}: {match.group(0)}: write {instead}")
            if name.startswith("src/") and (match := MEMBERS.search(line)):
                wrong.append(f"{name}:{number}: {match.group(0)}: write client or server")
    print("\n".join(wrong) if wrong else "names: none that the glossary replaces")
    return 1 if wrong else 0


sys.exit(main())
