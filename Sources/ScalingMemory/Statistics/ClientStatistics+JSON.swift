extension ClientStatistics.Counts {
    func write(to writer: inout JSONWriter, provider: String) {
        writer.object { writer in
            writer.member("provider", provider)
            writer.key("calls")
            writer.object { writer in
                writer.member("started", started)
                writer.member("succeeded", succeeded)
                writer.member("failed", failed)
                writer.member("in_flight", started - succeeded - failed)
            }
            writer.member("attempts", attempts)
            writer.key("retries")
            retries.write(to: &writer)
            writer.key("errors")
            errors.write(to: &writer)
            writer.key("usage")
            writer.object { writer in
                writer.member("input_tokens", inputTokens)
                writer.member("output_tokens", outputTokens)
                writer.member("cached_input_tokens", cachedInputTokens)
                writer.member("reasoning_tokens", reasoningTokens)
            }
            writer.key("queue")
            writer.object { writer in
                writer.member("waiting", waiting)
                writer.key("wait_ms")
                queueWaits.write(to: &writer)
            }
            writer.key("latency_ms")
            latencies.write(to: &writer)
            writer.key("time_to_first_event_ms")
            firstEvents.write(to: &writer)
        }
    }
}

extension CountsByCode {
    /// {"total", and the names of those that were seen}
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("total", total)
            for code in LLMError.Code.allCases where self[code] > 0 { writer.member(code.name, self[code]) }
        }
    }
}

extension LatencyHistogram {
    fileprivate func write(to writer: inout JSONWriter) {
        writer.object { writer in
            writer.member("count", count)
            writer.member("mean", mean)
            writer.member("p50", percentile(50))
            writer.member("p95", percentile(95))
            writer.member("p99", percentile(99))
            writer.member("max", maximum)
        }
    }
}
