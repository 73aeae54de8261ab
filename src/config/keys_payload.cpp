// SPDX-License-Identifier: Apache-2.0
#include "config/key_tables.hpp"

namespace obi::config::table {
namespace {

constexpr Key kPayloadKeys[] = {
    {"ebpf.payload_extraction.http.graphql.enabled", "OTEL_EBPF_HTTP_GRAPHQL_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of GraphQL in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.elasticsearch.enabled", "OTEL_EBPF_HTTP_ELASTICSEARCH_ENABLED",
     Type::kBoolean, "false", "",
     "recognises requests of Elasticsearch and OpenSearch in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.aws.enabled", "OTEL_EBPF_HTTP_AWS_ENABLED", Type::kBoolean,
     "false", "", "recognises requests of AWS services such as S3 and SQS in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.sqlpp.enabled", "OTEL_EBPF_HTTP_SQLPP_ENABLED", Type::kBoolean,
     "false", "", "recognises requests of SQL++, as of Couchbase in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.sqlpp.endpoint_patterns",
     "OTEL_EBPF_HTTP_SQLPP_ENDPOINT_PATTERNS", Type::kTextList, "/query/service", "",
     "URL paths taken as SQL++ endpoints", kLater},
    {"ebpf.payload_extraction.http.genai.openai.enabled", "OTEL_EBPF_HTTP_OPENAI_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of OpenAI in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.anthropic.enabled", "OTEL_EBPF_HTTP_ANTHROPIC_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of Anthropic in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.gemini.enabled", "OTEL_EBPF_HTTP_GEMINI_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of Google Gemini in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.qwen.enabled", "OTEL_EBPF_HTTP_QWEN_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of Qwen in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.bedrock.enabled", "OTEL_EBPF_HTTP_BEDROCK_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of AWS Bedrock in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.mcp.enabled", "OTEL_EBPF_HTTP_MCP_ENABLED", Type::kBoolean,
     "false", "", "recognises requests of the Model Context Protocol in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.embedding.enabled",
     "OTEL_EBPF_HTTP_GENAI_EMBEDDING_ENABLED", Type::kBoolean, "false", "",
     "recognises requests of embedding providers in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.rerank.enabled", "OTEL_EBPF_HTTP_RERANK_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of rerank providers in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.retrieval.enabled", "OTEL_EBPF_HTTP_RETRIEVAL_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of vector databases in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.ollama.enabled", "OTEL_EBPF_HTTP_OLLAMA_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of Ollama in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.openai_compatible.enabled",
     "OTEL_EBPF_HTTP_OPENAI_COMPATIBLE_ENABLED", Type::kBoolean, "false", "",
     "recognises requests of gateways that speak OpenAI's protocol in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.genai.openai_compatible.gateways", "", Type::kObjectList, "", "",
     "those gateways: {host, port, provider}", kLater},
    {"ebpf.payload_extraction.http.jsonrpc.enabled", "OTEL_EBPF_HTTP_JSONRPC_ENABLED",
     Type::kBoolean, "false", "", "recognises requests of JSON-RPC in HTTP bodies", kLater},
    {"ebpf.payload_extraction.http.enrichment.enabled", "OTEL_EBPF_HTTP_ENRICHMENT_ENABLED",
     Type::kBoolean, "false", "",
     "span attributes from HTTP headers and bodies, by the rules below", kLater},
    {"ebpf.payload_extraction.http.enrichment.rules", "", Type::kObjectList, "", "",
     "rules in order: {action, type, scope, match, obfuscation_string}", kLater},
    {"ebpf.payload_extraction.http.enrichment.policy.obfuscation_string",
     "OTEL_EBPF_HTTP_ENRICHMENT_OBFUSCATION_STRING", Type::kText, "***", "",
     "text that stands in for what is hidden", kLater},
    {"ebpf.payload_extraction.http.enrichment.policy.default_action.headers", "", Type::kChoice,
     "exclude", "include|exclude|obfuscate", "what happens to a header that no rule names", kLater},
    {"ebpf.payload_extraction.http.enrichment.policy.default_action.body", "", Type::kChoice,
     "exclude", "include|exclude|obfuscate", "what happens to a body that no rule names", kLater},
};

}  // namespace

std::span<const Key> payload_keys() { return kPayloadKeys; }

}  // namespace obi::config::table
