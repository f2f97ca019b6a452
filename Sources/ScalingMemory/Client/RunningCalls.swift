/// The calls that run, so that they can be told when the process exits.
@IOThread
enum RunningCalls {
    private static var runners: [ObjectIdentifier: CallRunner] = [:]
    private static var generation = -1

    static func insert(_ runner: CallRunner) {
        if generation != EventLoop.shared.generation {
            // A forked child: the parent's runners are leaked with everything else of it.
            _ = Unmanaged.passRetained(Leaked(runners))
            runners = [:]
            generation = EventLoop.shared.generation
            Reactor.current.atStop { for runner in RunningCalls.runners.values { runner.abandon() } }
        }
        runners[ObjectIdentifier(runner)] = runner
    }

    static func remove(_ runner: CallRunner) {
        runners[ObjectIdentifier(runner)] = nil
    }

    private final class Leaked {
        let runners: [ObjectIdentifier: CallRunner]
        init(_ runners: [ObjectIdentifier: CallRunner]) { self.runners = runners }
    }
}
