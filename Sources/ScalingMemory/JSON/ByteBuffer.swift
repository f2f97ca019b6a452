internal import CJSON

#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#endif

/// Bytes that grow at the end, in memory from malloc.
///
/// A Swift array's memory may move and cannot be given away. This one's stays where it is as long as nothing is appended,
/// so libcurl can send from it and an event can be read from it in place; and a finished text can be handed to a C
/// caller without a copy. That is what the unsafe code here is for.
///
/// Written by one thread at a time; once it has been handed on, nobody writes any more, which makes it `Sendable`.
public final class ByteBuffer: @unchecked Sendable {
    private var storage = cjson_buffer()

    public init(reserving capacity: Int = 0) {
        if capacity > 0 { cjson_buffer_reserve(&storage, capacity) }
    }

    deinit {
        free(storage.bytes)
    }

    /// Gives back what is reserved beyond the bytes that are there: for one that is complete, and kept.
    func fit() {
        cjson_buffer_fit(&storage)
    }

    public var count: Int { storage.count }
    public var isEmpty: Bool { storage.count == 0 }

    /// An allocation failed, and what should have been appended is missing.
    public var hasFailed: Bool { storage.failed }

    /// The bytes; valid until something is appended or the buffer is gone.
    public var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: storage.bytes, count: storage.count)
    }

    public func append(_ byte: UInt8) {
        withUnsafePointer(to: byte) { cjson_buffer_append(&storage, $0, 1) }
    }

    public func append(_ bytes: UnsafeRawBufferPointer) {
        cjson_buffer_append(&storage, bytes.baseAddress, bytes.count)
    }

    public func append(_ text: StaticString) {
        cjson_buffer_append(&storage, text.utf8Start, text.utf8CodeUnitCount)
    }

    public func append(_ text: String) {
        text.withBytes { append(UnsafeRawBufferPointer($0)) }
    }

    /// Appends a member's name, which needs no escaping, with its quotes and its colon.
    public func append(name: StaticString, afterComma: Bool) {
        if afterComma { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\""))
        append(name)
        append("\":")
    }

    public func append(decimal number: Int) {
        withUnsafeTemporaryAllocation(byteCount: 20, alignment: 1) { digits in
            var start = digits.count
            var left = number.magnitude
            repeat {
                start -= 1
                digits[start] = UInt8(ascii: "0") + UInt8(left % 10)
                left /= 10
            } while left > 0
            if number < 0 {
                start -= 1
                digits[start] = UInt8(ascii: "-")
            }
            append(UnsafeRawBufferPointer(rebasing: digits[start...]))
        }
    }

    /// Appends the text as a JSON string, quotes included.
    public func appendJSONString(_ utf8: UnsafeBufferPointer<UInt8>) {
        cjson_buffer_append_string(&storage, utf8.baseAddress, utf8.count)
    }

    /// Writes over what stands at `offset`.
    public func overwrite<Value: BitwiseCopyable>(at offset: Int, with value: Value) {
        guard let bytes = storage.bytes, offset >= 0, offset + MemoryLayout<Value>.size <= storage.count else { return }
        UnsafeMutableRawPointer(bytes).storeBytes(of: value, toByteOffset: offset, as: Value.self)
    }

    /// Forgets the content and keeps the memory.
    public func removeAll() {
        storage.count = 0
    }

    /// Gives the bytes away, followed by a NUL, for the receiver to free with `free`; nil when there was no memory. The
    /// buffer is empty afterwards.
    public func release() -> UnsafeMutablePointer<CChar>? {
        append(0)
        guard !storage.failed, let bytes = storage.bytes else { return nil }
        storage = cjson_buffer()
        return UnsafeMutableRawPointer(bytes).assumingMemoryBound(to: CChar.self)
    }

    /// The content as text; bytes that are not UTF-8 become U+FFFD.
    public var text: String {
        String(decoding: bytes, as: UTF8.self)
    }
}
