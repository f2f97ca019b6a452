internal import CCurl

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Sends requests with libcurl's multi interface, driven by the event loop: one connection pool for all clients of the
/// process. https://curl.se/libcurl/c/libcurl-multi.html
@IOThread
package final class HTTPTransport: Transport, ReadinessHandler {
    /// The transport of this process. A forked child makes its own and leaks the parent's: cleaning that up would write
    /// to the parent's connections.
    package static var current: HTTPTransport {
        if let instance, instance.generation == EventLoop.shared.generation { return instance }
        if let instance { _ = Unmanaged.passRetained(instance) }
        let transport = HTTPTransport()
        instance = transport
        return transport
    }

    private static var instance: HTTPTransport?

    /// Initialises libcurl; any thread, any number of times. Before the loop starts, so that the loop's exit handler is
    /// registered after OpenSSL's.
    package nonisolated static func initialize() {
        _ = initialized
    }

    private nonisolated static let initialized: Void = {
        _ = EventLoop.shared
        curl_global_init(Int(CURL_GLOBAL_DEFAULT))
        SocketRegistry.protectFork()
        TransportUsers.protectFork()
        return
    }()

    /// nil once the transport is closed.
    private var multi: UnsafeMutableRawPointer?
    private let generation = EventLoop.shared.generation
    private var transfers: [UnsafeMutableRawPointer: Running] = [:]
    /// One that is free for the next request. A second would seldom be wanted: where many calls run, one ends for each that
    /// begins.
    private var idleHandle: EasyHandle?
    /// The names that have been looked up, as a share of libcurl's: what is done with it shows when a transfer connects.
    private(set) var names: UnsafeMutableRawPointer?
    private var timer: TimerQueue.Timer?
    private var isKickDue = false

    /// With so many streams at once none is in a hurry, and what each needs counts.
    private static let manyTransfers = 256

    private init() {
        Self.initialize()
        multi = curl_multi_init()
        TransportUsers.transportWasMade()
        let context = Unmanaged.passUnretained(self).toOpaque()
        guard let multi else { return }
        _ = ccurl_multi_set_socket_callback(multi, socketCallback, context)
        _ = ccurl_multi_set_timer_callback(multi, timerCallback, context)
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, 1024)
        names = ccurl_share_names(namesCallback, context)
    }

    // MARK: Transfers

    package func makeTransfer(
        _ request: HTTPRequest,
        settings: ConnectionSettings,
        timeouts: Timeouts,
        handler: any HTTPResponseHandler
    ) -> any Transfer {
        HTTPTransfer(request, on: self, settings: settings, timeouts: timeouts, handler: handler)
    }

    private struct Running {
        let transfer: HTTPTransfer
        let handle: EasyHandle
    }

    /// A handle that is free; nil where there is no memory for one.
    func takeHandle(_ settings: ConnectionSettings, forStream isStream: Bool) -> EasyHandle? {
        // Under HTTP/2 libcurl's buffers are the connection's.
        if isStream, !settings.http2, transfers.count >= Self.manyTransfers { return EasyHandle(isOneOfMany: true) }
        defer { idleHandle = nil }
        return idleHandle ?? EasyHandle(isOneOfMany: false)
    }

    /// Begins. False, and the handle is gone, where libcurl does not want to.
    func add(_ transfer: HTTPTransfer, _ handle: EasyHandle) -> Bool {
        guard let multi, curl_multi_add_handle(multi, handle.pointer) == CURLM_OK else {
            handle.close()
            return false
        }
        transfers[handle.pointer] = Running(transfer: transfer, handle: handle)
        return true
    }

    /// Ends a transfer, and its connection with it. Not to be called from one of its callbacks.
    func abort(_ handle: EasyHandle) {
        if takeOut(handle.pointer) { handle.close() }
    }

    private func takeOut(_ easy: UnsafeMutableRawPointer) -> Bool {
        guard let multi, transfers.removeValue(forKey: easy) != nil else { return false }
        curl_multi_remove_handle(multi, easy)
        if transfers.isEmpty, !TransportUsers.areThere { Self.closeIfUnused() }
        return true
    }

    // MARK: The end

    /// Without a client that could make a request connections are kept for so long: a program may make a client for each.
    private static let unusedMs = 2000

    /// Closes the connections that are kept for the next request, when there has been no client for a while.
    static func closeIfUnused() {
        _ = Reactor.current.schedule(afterMs: unusedMs) { closeNowIfUnused() }
    }

    private static func closeNowIfUnused() {
        guard let transport = instance, transport.generation == EventLoop.shared.generation,
            transport.transfers.isEmpty, !TransportUsers.areThere
        else { return }
        instance = nil
        transport.close()
    }

    private func close() {
        if let timer { Reactor.current.cancel(timer) }
        timer = nil
        idleHandle?.close()
        idleHandle = nil
        curl_multi_cleanup(multi)
        multi = nil
        curl_share_cleanup(names)
        names = nil
    }

    // MARK: Driving libcurl

    /// Lets libcurl look at a transfer that was unpaused, later in this turn: once for all that were, since it looks at each
    /// of them every time.
    func kick() {
        guard !isKickDue else { return }
        isKickDue = true
        _ = Reactor.current.schedule(afterMs: 0) { [self] in
            isKickDue = false
            drive(CURL_SOCKET_TIMEOUT, 0)
        }
    }

    func descriptorIsReady(_ descriptor: Int32, readable: Bool, writable: Bool, failed: Bool) {
        var events: Int32 = 0
        if readable { events |= Int32(CURL_CSELECT_IN) }
        if writable { events |= Int32(CURL_CSELECT_OUT) }
        if failed { events |= Int32(CURL_CSELECT_ERR) }
        drive(descriptor, events)
    }

    private func drive(_ socket: curl_socket_t, _ events: Int32) {
        guard let multi else { return }
        var running: Int32 = 0
        curl_multi_socket_action(multi, socket, events, &running)
        finishTransfers()
    }

    private func finishTransfers() {
        guard let multi else { return }
        var remaining: Int32 = 0
        while let message = curl_multi_info_read(multi, &remaining) {
            guard message.pointee.msg == CURLMSG_DONE, let easy = ccurl_message_handle(message) else { continue }
            let result = ccurl_message_result(message)
            guard let running = transfers[easy] else { continue }
            running.transfer.ended(result, running.handle)
            guard takeOut(easy) else { continue }
            // What a failure left in a handle is not looked into.
            if result == CURLE_OK { giveBack(running.handle) } else { running.handle.close() }
        }
    }

    private func giveBack(_ handle: EasyHandle) {
        guard idleHandle == nil, !handle.isOneOfMany else { return handle.close() }
        handle.clear()
        idleHandle = handle
    }

    private let socketCallback: curl_socket_callback = { _, socket, what, context, _ in
        guard let context else { return 0 }
        nonisolated(unsafe) let owner = context  // stays on this thread
        IOThread.assumeIsolated {
            let transport = Unmanaged<HTTPTransport>.fromOpaque(owner).takeUnretainedValue()
            switch what {
            case CURL_POLL_REMOVE: Reactor.current.unwatch(socket)
            case CURL_POLL_IN: Reactor.current.watch(socket, readable: true, writable: false, for: transport)
            case CURL_POLL_OUT: Reactor.current.watch(socket, readable: false, writable: true, for: transport)
            default: Reactor.current.watch(socket, readable: true, writable: true, for: transport)
            }
        }
        return 0
    }

    /// A name is about to be looked up, among those that are known first.
    private let namesCallback: curl_lock_function = { easy, _, _, context in
        // A lock's callback is for any thread, though libcurl has no reason to come with another one here.
        guard let easy, let context, EventLoop.shared.isOnLoop else { return }
        IOThread.assumeIsolated(with: (context, easy)) { context, easy in
            let transport = Unmanaged<HTTPTransport>.fromOpaque(context).takeUnretainedValue()
            transport.transfers[easy]?.transfer.beginsConnecting()
        }
    }

    private let timerCallback: curl_multi_timer_callback = { _, milliseconds, context in
        guard let context else { return 0 }
        nonisolated(unsafe) let owner = context  // stays on this thread
        IOThread.assumeIsolated {
            Unmanaged<HTTPTransport>.fromOpaque(owner).takeUnretainedValue().setTimer(milliseconds)
        }
        return 0
    }

    /// libcurl has one timer, which it sets anew all the time: -1 clears it, 0 is as soon as possible but not from inside
    /// this callback.
    private func setTimer(_ milliseconds: Int) {
        if let timer { Reactor.current.cancel(timer) }
        timer = nil
        guard milliseconds >= 0 else { return }
        timer = Reactor.current.schedule(afterMs: milliseconds) { [self] in
            timer = nil
            drive(CURL_SOCKET_TIMEOUT, 0)
        }
    }
}
