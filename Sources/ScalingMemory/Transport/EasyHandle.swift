internal import CCurl

/// A libcurl easy handle and what it points to. It is used for one request after the other: making one and freeing it is a
/// tenth of what a short call costs.
@IOThread
final class EasyHandle {
    let pointer: UnsafeMutableRawPointer
    /// Its receive buffer is the smallest that there is: of a large one an open stream has a page or two in RAM.
    let isOneOfMany: Bool
    /// What libcurl says of a failure.
    var errorText: String { String(cString: errorBuffer) }

    private let errorBuffer = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))
    private var headers: UnsafeMutablePointer<curl_slist>?

    /// nil where there is no memory.
    init?(isOneOfMany: Bool) {
        guard let pointer = curl_easy_init() else {
            errorBuffer.deallocate()
            return nil
        }
        self.pointer = pointer
        self.isOneOfMany = isOneOfMany
        errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    }

    /// Frees the handle, which nothing may have in use.
    func close() {
        curl_easy_cleanup(pointer)
        curl_slist_free_all(headers)
        headers = nil
        errorBuffer.deallocate()
    }

    /// `transfer` is what the callbacks are told. The body is not copied: whoever has `request` keeps it for as long as the
    /// transfer runs.
    func prepare(
        _ request: HTTPRequest,
        _ settings: ConnectionSettings,
        names: UnsafeMutableRawPointer?,
        transfer: UnsafeMutableRawPointer
    ) {
        _ = ccurl_set_long(pointer, CURLOPT_NOSIGNAL, 1)
        _ = ccurl_set_long(pointer, CURLOPT_FOLLOWLOCATION, 0)
        _ = ccurl_set_text(pointer, CURLOPT_PROTOCOLS_STR, "http,https")
        _ = ccurl_set_text(pointer, CURLOPT_URL, request.url)
        _ = ccurl_set_pointer(pointer, CURLOPT_ERRORBUFFER, errorBuffer)
        _ = ccurl_set_long(pointer, CURLOPT_BUFFERSIZE, isOneOfMany ? 1024 : 16 * 1024)
        _ = ccurl_set_long(pointer, CURLOPT_UPLOAD_BUFFERSIZE, 16 * 1024)
        _ = ccurl_set_long(pointer, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        _ = ccurl_set_long(
            pointer,
            CURLOPT_HTTP_VERSION,
            Int(settings.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1)
        )
        // Set even where empty: otherwise libcurl reads the environment, on this thread.
        _ = ccurl_set_text(pointer, CURLOPT_PROXY, settings.proxy)
        _ = ccurl_set_text(pointer, CURLOPT_NOPROXY, settings.noProxy)
        if let caFile = settings.caFile {
            _ = ccurl_set_text(pointer, CURLOPT_CAINFO, caFile)
            _ = ccurl_set_text(pointer, CURLOPT_CAPATH, nil)
        }
        if let names { _ = ccurl_set_pointer(pointer, CURLOPT_SHARE, names) }
        setHeaders(request.headers)
        if let body = request.body {
            _ = ccurl_set_long(pointer, CURLOPT_POST, 1)
            _ = ccurl_set_pointer(
                pointer,
                CURLOPT_POSTFIELDS,
                UnsafeMutableRawPointer(mutating: body.bytes.baseAddress)
            )
            _ = ccurl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(body.count))
        }
        setCallbacks(transfer)
    }

    private func setCallbacks(_ transfer: UnsafeMutableRawPointer) {
        _ = ccurl_set_open_socket_callback(pointer, SocketRegistry.open)
        _ = ccurl_set_close_socket_callback(pointer, SocketRegistry.close)
        _ = ccurl_set_ready_callback(pointer, HTTPTransfer.readyCallback)
        _ = ccurl_set_pointer(pointer, CURLOPT_PREREQDATA, transfer)
        _ = ccurl_set_data_callback(pointer, CURLOPT_HEADERFUNCTION, HTTPTransfer.headerCallback)
        _ = ccurl_set_pointer(pointer, CURLOPT_HEADERDATA, transfer)
        _ = ccurl_set_data_callback(pointer, CURLOPT_WRITEFUNCTION, HTTPTransfer.bodyCallback)
        _ = ccurl_set_pointer(pointer, CURLOPT_WRITEDATA, transfer)
    }

    private func setHeaders(_ fields: [HTTPHeader]) {
        let line = ByteBuffer(reserving: 128)
        for field in fields {
            line.removeAll()
            line.append(field.name)
            // "Name;" is how libcurl is told to send a field without a value.
            line.append(field.value.isEmpty ? ";" : ": " as StaticString)
            line.append(field.value)
            line.append(0)
            headers = curl_slist_append(headers, line.bytes.baseAddress?.assumingMemoryBound(to: CChar.self))
        }
        headers = curl_slist_append(headers, "Expect:")
        _ = ccurl_set_list(pointer, CURLOPT_HTTPHEADER, headers)
    }

    /// 0: libcurl's own default.
    func limitConnecting(toMs limit: Int) {
        _ = ccurl_set_long(pointer, CURLOPT_CONNECTTIMEOUT_MS, limit)
    }

    /// The request has been sent: its header fields are not needed any more.
    func forgetHeaders() {
        guard headers != nil else { return }
        _ = ccurl_set_list(pointer, CURLOPT_HTTPHEADER, nil)
        curl_slist_free_all(headers)
        headers = nil
    }

    /// Takes out all that is the request's. (Without a reset, libcurl 7.88 would also count on how often the handle has met a
    /// connection that the server had closed, and give up at the sixth time, be they days apart.)
    func clear() {
        curl_easy_reset(pointer)
        curl_slist_free_all(headers)
        headers = nil
        errorBuffer.pointee = 0
    }
}
