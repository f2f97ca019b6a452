extension String {
    /// Whether `text` occurs, compared byte for byte. (The standard library's own search comes with its regular
    /// expressions, which are a sixth of the library's size.)
    func contains(bytesOf text: StaticString) -> Bool {
        let wanted = UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount)
        var rest = utf8[...]
        while rest.count >= wanted.count {
            if rest.starts(with: wanted) { return true }
            rest = rest.dropFirst()
        }
        return false
    }
}
