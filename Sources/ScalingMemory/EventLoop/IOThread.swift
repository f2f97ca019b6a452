/// The library's one thread, as a global actor: what is marked `@IOThread` runs there and nowhere else, and the compiler
/// holds everybody to it. Tasks that start with `@IOThread in` run on it from their first step, without a hop.
@globalActor
package actor IOThread {
    package static let shared = IOThread()

    package nonisolated var unownedExecutor: UnownedSerialExecutor {
        EventLoop.shared.asUnownedSerialExecutor()
    }

    /// Runs `body`, which is known to be on the I/O thread already: libcurl's callbacks and the loop itself are.
    ///
    /// The cast drops the isolation from the closure's type only after the thread has been checked; `MainActor`'s own
    /// `assumeIsolated` is made the same way.
    package nonisolated static func assumeIsolated<Result: Sendable>(_ body: @IOThread () -> Result) -> Result {
        EventLoop.shared.preconditionOnLoop()
        return withoutActuallyEscaping(body) { body in
            unsafeBitCast(body, to: (() -> Result).self)()
        }
    }

    /// The same where it happens for every event: a body that captures what it works on would take memory each time, and is
    /// handed it instead.
    package nonisolated static func assumeIsolated<Context, Result: Sendable>(
        with context: Context,
        _ body: @escaping @IOThread (Context) -> Result
    ) -> Result {
        EventLoop.shared.preconditionOnLoop()
        return unsafeBitCast(body, to: ((Context) -> Result).self)(context)
    }
}
