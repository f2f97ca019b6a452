import Glibc

/// A server on 127.0.0.1 and a free port for tests: answers each request on a connection of its own with the bytes it was
/// given, piece by piece. Ends when it is released.
final class LoopbackServer: @unchecked Sendable {
    let url: String
    private let listener: Int32

    /// `pieces` are sent one after the other, `pause` between them; then the connection is closed.
    init(_ pieces: [String], pauseMs: UInt32 = 0) {
        listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let listener = listener
        withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                _ = bind(listener, pointer, length)
                _ = listen(listener, 512)
                _ = getsockname(listener, pointer, &length)
            }
        }
        url = "http://127.0.0.1:\(UInt16(bigEndian: address.sin_port))"
        Self.thread { Self.serve(listener, pieces, pauseMs) }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    static func eventStream(_ events: [String]) -> [String] {
        ["HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n"]
            + events.map { "data: \($0)\n\n" }
    }

    static func text(_ text: String, finish: String = "null") -> String {
        #"{"choices":[{"index":0,"delta":{"content":"\#(text)"},"finish_reason":\#(finish)}]}"#
    }

    private static func serve(_ listener: Int32, _ pieces: [String], _ pauseMs: UInt32) {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { return }
            thread { answer(connection, pieces, pauseMs) }
        }
    }

    private static func answer(_ connection: Int32, _ pieces: [String], _ pauseMs: UInt32) {
        defer { close(connection) }
        // One request fits one read, and what it asks does not matter.
        var request = [UInt8](repeating: 0, count: 65536)
        guard recv(connection, &request, request.count, 0) > 0 else { return }
        for piece in pieces {
            let bytes = Array(piece.utf8)
            guard send(connection, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { return }
            usleep(pauseMs * 1000)
        }
    }

    private final class Work {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }

    private static func thread(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let work = Unmanaged.passRetained(Work(body)).toOpaque()
        pthread_create(
            &thread,
            nil,
            { context in
                if let context { Unmanaged<Work>.fromOpaque(context).takeRetainedValue().body() }
                return nil
            },
            work
        )
        pthread_detach(thread)
    }
}
