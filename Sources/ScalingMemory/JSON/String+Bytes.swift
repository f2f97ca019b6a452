extension String {
    /// Calls `body` with the text's bytes, where they lie. (`withUTF8` wants a copy that it may change, and each copy counts
    /// itself in and out.)
    @inline(__always)
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        if let result = try utf8.withContiguousStorageIfAvailable(body) { return result }
        // Only of a text of another language's making, which there is none of here.
        var copy = self
        return try copy.withUTF8(body)
    }
}
