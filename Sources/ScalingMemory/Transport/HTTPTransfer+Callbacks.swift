internal import CCurl

/// What libcurl calls, on the I/O thread. Not isolated to it by their types, since C calls them: a check of Swift's own on each
/// call would cost more than the rest of it.
extension HTTPTransfer {
    private static func from(_ context: UnsafeMutableRawPointer) -> HTTPTransfer {
        Unmanaged<HTTPTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    nonisolated static let readyCallback: ccurl_ready_callback = { context, _, _, _, _ in
        guard let context else { return Int32(CURL_PREREQFUNC_ABORT) }
        IOThread.assumeIsolated(with: context) { HTTPTransfer.from($0).connectionIsReady() }
        return Int32(CURL_PREREQFUNC_OK)
    }

    nonisolated static let headerCallback: ccurl_data_callback = { bytes, size, count, context in
        guard let context else { return 0 }
        let line = UnsafeRawBufferPointer(start: bytes, count: size * count)
        let isTaken = IOThread.assumeIsolated(with: (context, line)) { context, line in
            HTTPTransfer.from(context).receivedHeader(line)
        }
        return isTaken ? size * count : 0
    }

    nonisolated static let bodyCallback: ccurl_data_callback = { bytes, size, count, context in
        guard let context else { return 0 }
        let piece = UnsafeRawBufferPointer(start: bytes, count: size * count)
        return IOThread.assumeIsolated(with: (context, piece)) { context, piece in
            HTTPTransfer.from(context).receivedBody(piece)
        }
    }
}
