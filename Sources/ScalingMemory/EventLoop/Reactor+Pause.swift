extension Reactor {
    /// Waits, on a timer of the loop's own: `Task.sleep` would start threads. Returns early when the task is cancelled.
    func pause(milliseconds: Int) async {
        guard milliseconds > 0 else { return }
        let pause = Pause()
        await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                if Task.isCancelled { return continuation.resume() }
                pause.begin(continuation, schedule(afterMs: milliseconds) { pause.end() })
            }
        } onCancel: {
            EventLoop.shared.execute { pause.end() }
        }
    }
}

/// A wait and what ends it: its timer, or a cancellation.
@IOThread
private final class Pause {
    private var continuation: UnsafeContinuation<Void, Never>?
    private var timer: TimerQueue.Timer?

    nonisolated init() {}

    func begin(_ continuation: UnsafeContinuation<Void, Never>, _ timer: TimerQueue.Timer) {
        self.continuation = continuation
        self.timer = timer
    }

    func end() {
        if let timer { Reactor.current.cancel(timer) }
        timer = nil
        continuation?.resume()
        continuation = nil
    }
}
