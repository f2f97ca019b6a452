/*
 * What the providers send, in pieces that tests put together: string literals that join.
 */
#ifndef WIRES_H
#define WIRES_H

#define EVENT_STREAM_HEAD "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"

/* The two ways in which a body of unknown length is framed. */
#define UNTIL_CLOSE EVENT_STREAM_HEAD "connection: close\r\n\r\n"
#define CHUNKED EVENT_STREAM_HEAD "transfer-encoding: chunked\r\n\r\n"
#define LAST_CHUNK "0\r\n\r\n"

/* OpenAI's chat completions. `text` is the inside of a JSON string. */
#define OPENAI_BODY_(text, finish)                                                                                     \
  "{\"id\":\"chatcmpl-1\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"test-model\",\"choices\":" \
  "[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"" text "\"},\"finish_reason\":\"" finish "\"}],"    \
  "\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10,\"total_tokens\":29}}"
#define OPENAI_BODY(text) OPENAI_BODY_(text, "stop")
#define OPENAI_EVENT(choices_and_more)                                                                                 \
  "data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"                          \
  "\"model\":\"test-model\"," choices_and_more "}\n\n"
#define OPENAI_TEXT(text) OPENAI_EVENT("\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]")
#define OPENAI_TOOL(call) OPENAI_EVENT("\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[" call "]}}]")
#define OPENAI_FINISH(reason)                                                                                          \
  OPENAI_EVENT("\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"" reason "\"}]")
#define OPENAI_USAGE                                                                                                   \
  OPENAI_EVENT("\"choices\":[],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":10,\"total_tokens\":29}")
#define OPENAI_DONE "data: [DONE]\n\n"
#define OPENAI_END OPENAI_FINISH("stop") OPENAI_USAGE OPENAI_DONE

/* Anthropic's messages. */
#define ANTHROPIC_BODY(text)                                                                                           \
  "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"test-model\",\"content\":"                \
  "[{\"type\":\"text\",\"text\":\"" text "\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,"                   \
  "\"usage\":{\"input_tokens\":19,\"output_tokens\":10}}"
#define ANTHROPIC_EVENT(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define ANTHROPIC_START                                                                                                \
  ANTHROPIC_EVENT("message_start", ",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\","       \
                                   "\"model\":\"test-model\",\"content\":[],\"stop_reason\":null,"                     \
                                   "\"usage\":{\"input_tokens\":19,\"output_tokens\":1}}")
#define ANTHROPIC_BLOCK(index, block) ANTHROPIC_EVENT("content_block_start", ",\"index\":" index ",\"content_block\":" block)
#define ANTHROPIC_DELTA(index, delta) ANTHROPIC_EVENT("content_block_delta", ",\"index\":" index ",\"delta\":" delta)
#define ANTHROPIC_BLOCK_STOP(index) ANTHROPIC_EVENT("content_block_stop", ",\"index\":" index)
#define ANTHROPIC_BEGIN ANTHROPIC_START ANTHROPIC_BLOCK("0", "{\"type\":\"text\",\"text\":\"\"}")
#define ANTHROPIC_TEXT(text) ANTHROPIC_DELTA("0", "{\"type\":\"text_delta\",\"text\":\"" text "\"}")
#define ANTHROPIC_FINISH(reason)                                                                                       \
  ANTHROPIC_EVENT("message_delta", ",\"delta\":{\"stop_reason\":\"" reason "\",\"stop_sequence\":null},"               \
                                   "\"usage\":{\"output_tokens\":10}")
#define ANTHROPIC_STOP ANTHROPIC_EVENT("message_stop", "")
#define ANTHROPIC_END ANTHROPIC_BLOCK_STOP("0") ANTHROPIC_FINISH("end_turn") ANTHROPIC_STOP

/* Gemini's generateContent: chunks and whole answers have one shape. */
#define GEMINI_ANSWER(candidate)                                                                                       \
  "{\"candidates\":[{" candidate ",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":19,"                          \
  "\"candidatesTokenCount\":4,\"thoughtsTokenCount\":6,\"totalTokenCount\":29},\"modelVersion\":\"test-model\","      \
  "\"responseId\":\"resp-1\"}"
#define GEMINI_PARTS(parts) "\"content\":{\"role\":\"model\",\"parts\":[" parts "]}"
#define GEMINI_STOP ",\"finishReason\":\"STOP\""
#define GEMINI_BODY(text) GEMINI_ANSWER(GEMINI_PARTS("{\"text\":\"" text "\"}") GEMINI_STOP)
#define GEMINI_EVENT(candidate) "data: " GEMINI_ANSWER(candidate) "\n\n"
#define GEMINI_TEXT(text) GEMINI_EVENT(GEMINI_PARTS("{\"text\":\"" text "\"}"))
#define GEMINI_END GEMINI_EVENT(GEMINI_PARTS("{\"text\":\"\"}") GEMINI_STOP)

/* OpenAI's responses. */
#define RESPONSES_EVENT(type, rest) "event: " type "\ndata: {\"type\":\"" type "\"" rest "}\n\n"
#define RESPONSES_BEGIN                                                                                                \
  RESPONSES_EVENT("response.created", ",\"response\":{\"id\":\"resp_1\",\"model\":\"test-model\","                   \
                                      "\"status\":\"in_progress\",\"output\":[]}")                                   \
  RESPONSES_EVENT("response.output_item.added", ",\"output_index\":0,\"item\":{\"type\":\"message\","                \
                                                "\"id\":\"msg_1\",\"role\":\"assistant\",\"content\":[]}")
#define RESPONSES_TEXT(text)                                                                                           \
  RESPONSES_EVENT("response.output_text.delta", ",\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,"     \
                                                "\"delta\":\"" text "\"")
#define RESPONSES_END                                                                                                  \
  RESPONSES_EVENT("response.completed", ",\"response\":{\"id\":\"resp_1\",\"model\":\"test-model\","                 \
                                        "\"status\":\"completed\",\"error\":null,\"output\":[],\"usage\":{"          \
                                        "\"input_tokens\":19,\"output_tokens\":10,\"total_tokens\":29}}")

#endif
