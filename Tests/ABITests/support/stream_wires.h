/*
 * The wires whose streams are server-sent events, for tests of what holds on all of them: the answer "Hello" in pieces,
 * which took 19 and 10 tokens.
 */
#ifndef STREAM_WIRES_H
#define STREAM_WIRES_H

#include "calls.h"

typedef struct {
  const char *provider;
  const char *begin;       /* what comes before the first text; "" on some */
  const char *hel, *lo;    /* the two texts */
  const char *finish;      /* the finish reason, where it comes before the end mark; else "" */
  const char *mark;        /* the end mark; "" on a wire that has none */
  const char *error;       /* that the provider is overloaded */
  const char *image[2];    /* what stands around ten megabytes of base64 in an event */
} stream_wire;

#define CHAT_WIRE_(provider)                                                                                           \
  {provider, "", OPENAI_TEXT("Hel"), OPENAI_TEXT("lo"), OPENAI_FINISH("stop") OPENAI_USAGE, OPENAI_DONE,               \
   "data: {\"error\":{\"message\":\"Overloaded\",\"type\":\"server_error\",\"code\":null}}\n\n",                       \
   {"data: {\"choices\":[{\"index\":0,\"delta\":{\"images\":[{\"type\":\"image_url\",\"image_url\":{\"url\":"          \
    "\"data:image/png;base64,", "\"}}]}}]}\n\n"}}

static const stream_wire stream_wires[] = {
    CHAT_WIRE_("openai"),
    CHAT_WIRE_("azure"),
    {"openai-responses", RESPONSES_BEGIN, RESPONSES_TEXT("Hel"), RESPONSES_TEXT("lo"), "", RESPONSES_END,
     "event: error\ndata: {\"type\":\"error\",\"code\":\"server_error\",\"message\":\"Overloaded\",\"param\":null}\n\n",
     {"event: response.output_item.done\ndata: {\"type\":\"response.output_item.done\",\"output_index\":1,\"item\":{"
      "\"type\":\"image_generation_call\",\"id\":\"ig_1\",\"status\":\"completed\",\"result\":\"", "\"}}\n\n"}},
    {"anthropic", ANTHROPIC_BEGIN, ANTHROPIC_TEXT("Hel"), ANTHROPIC_TEXT("lo"),
     ANTHROPIC_BLOCK_STOP("0") ANTHROPIC_FINISH("end_turn"), ANTHROPIC_STOP,
     "event: error\ndata: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\",\"message\":\"Overloaded\"}}\n\n",
     {"event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":1,\"content_block\":{\"type\":"
      "\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/png\",\"data\":\"", "\"}}}\n\n"}},
    {"gemini", "", GEMINI_TEXT("Hel"), GEMINI_TEXT("lo"), GEMINI_END, "",
     "data: {\"error\":{\"code\":503,\"message\":\"Overloaded\",\"status\":\"UNAVAILABLE\"}}\n\n",
     {"data: {\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\","
      "\"data\":\"", "\"}}]},\"index\":0}]}\n\n"}},
};

#define STREAM_WIRES (sizeof stream_wires / sizeof *stream_wires)

/* The answer as far as both texts, and the whole; yours to free. */
static inline char *stream_begun(const stream_wire *wire) {
  return spec_format("%s%s%s", wire->begin, wire->hel, wire->lo);
}

static inline char *stream_whole(const stream_wire *wire) {
  return spec_format("%s%s%s%s%s", wire->begin, wire->hel, wire->lo, wire->finish, wire->mark);
}

/* "Hello", its finish reason and its usage. */
static inline void check_hello(const char *response) {
  check_member(response, "content", "Hello");
  check_member(response, "finish_reason", "stop");
  check_member(response, "usage.input_tokens", "19");
  check_member(response, "usage.output_tokens", "10");
}

#endif
