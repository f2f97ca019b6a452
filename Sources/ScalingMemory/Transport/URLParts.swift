internal import CCurl

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// A URL taken apart by libcurl, which is who will call it: no second opinion on where it leads.
package struct URLParts: Sendable {
    package let scheme: String
    package let host: String
    package let hasCredentials: Bool
    package let hasQueryOrFragment: Bool

    /// nil where the text is no URL with a scheme and a host.
    package init?(_ text: String) {
        guard let url = curl_url() else { return nil }
        defer { curl_url_cleanup(url) }
        // CURLU_NON_SUPPORT_SCHEME: a scheme that libcurl does not know is to be named in the error, not a parse failure.
        guard curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME)) == CURLUE_OK,
            let scheme = Self.part(url, CURLUPART_SCHEME), let host = Self.part(url, CURLUPART_HOST)
        else { return nil }
        self.scheme = scheme.lowercased()
        self.host = host.lowercased()
        hasCredentials = Self.part(url, CURLUPART_USER) != nil || Self.part(url, CURLUPART_PASSWORD) != nil
        hasQueryOrFragment = Self.part(url, CURLUPART_QUERY) != nil || Self.part(url, CURLUPART_FRAGMENT) != nil
    }

    private static func part(_ url: OpaquePointer, _ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, 0) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }

    /// Whether the host is this machine itself: `localhost`, which libcurl resolves by itself to loopback, 127.0.0.0/8 and
    /// ::1. A name that merely begins like one of these is not.
    package var isLoopback: Bool {
        if host == "localhost" { return true }
        var address = in_addr()
        if inet_pton(AF_INET, host, &address) == 1 { return UInt32(bigEndian: address.s_addr) >> 24 == 127 }
        guard host.hasPrefix("["), host.hasSuffix("]") else { return false }
        var address6 = in6_addr()
        guard inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address6) == 1 else { return false }
        let bytes = withUnsafeBytes(of: address6) { Array($0) }
        return bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
    }
}
