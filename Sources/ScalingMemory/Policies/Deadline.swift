/// Ends a task when its time is up. Whoever makes one disarms it: until then it holds what it ends.
@IOThread
final class Deadline {
    private var timer: TimerQueue.Timer?
    /// The limit that was reached; nil before.
    private(set) var reachedMs: Int?

    /// 0 is no limit.
    init(milliseconds: Int, _ end: @escaping @IOThread () -> Void) {
        guard milliseconds > 0 else { return }
        timer = Reactor.current.schedule(afterMs: milliseconds) {
            self.timer = nil
            self.reachedMs = milliseconds
            end()
        }
    }

    func disarm() {
        if let timer { Reactor.current.cancel(timer) }
        timer = nil
    }
}
