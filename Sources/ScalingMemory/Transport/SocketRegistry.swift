internal import CCurl

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Opens libcurl's sockets close-on-exec, and knows which are open, so that a forked child can close its copies: as long
/// as it held them, the server would not see the parent's connections end. Closing a copy sends nothing.
enum SocketRegistry {
    /// Touched by the loop's thread alone, which is asleep while the process is forked.
    private nonisolated(unsafe) static var sockets: Set<Int32> = []

    static func protectFork() {
        ForkGuard.shared.protect(
            .innermost,
            child: {
                for socket in sockets { _ = Glibc.close(socket) }
                sockets = []
            }
        )
    }

    static let open: curl_opensocket_callback = { _, _, address in
        guard let address = address?.pointee else { return CURL_SOCKET_BAD }
        let type = address.socktype | Int32(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(address.family, type, address.`protocol`)
        if descriptor >= 0 { sockets.insert(descriptor) }
        return descriptor
    }

    static let close: curl_closesocket_callback = { _, descriptor in
        sockets.remove(descriptor)
        return Glibc.close(descriptor)
    }
}
