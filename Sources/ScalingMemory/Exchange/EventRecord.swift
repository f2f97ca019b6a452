/// The kinds of events; the numbers are llm.h's.
public enum EventKind: Int32, Sendable {
    case text = 1
    case reasoning = 2
    case toolCallDelta = 3
    case toolCall = 4
    case response = 5
    /// A queue's: how a call failed.
    case error = 6
    /// A queue's: a log line.
    case log = 7
}

/// Packs events one behind the other into a buffer, as a queue's reader gets them (`llm_event` in llm.h): a tag, the kind,
/// the length, the data, a NUL, and padding to 8 bytes. One allocation serves many events, and a reader needs none.
public final class EventWriter {
    /// None while there is nothing in it: an open stream that has nothing to say holds none.
    private var buffer: ByteBuffer?
    /// What the next buffer is made for.
    private var expectedBytes = 0
    /// How many records are in the buffer.
    package private(set) var count = 0
    /// How many were ever written.
    package private(set) var total = 0
    private let tag: UInt64

    package init(tag: UInt64 = 0) {
        self.tag = tag
    }

    /// The records so far.
    package var records: ByteBuffer { buffer ?? ByteBuffer() }

    /// Writes an event whose data `body` appends to the buffer.
    func write(_ kind: EventKind, _ body: (ByteBuffer) -> Void) {
        let records = writable()
        let start = records.count
        withUnsafeBytes(of: (tag, kind.rawValue, UInt32(0))) { records.append($0) }
        body(records)
        let length = records.count - start - EventRecord.headerBytes
        records.overwrite(at: start + 12, with: UInt32(clamping: length))
        pad(records, afterDataOf: length)
    }

    func write(_ kind: EventKind, _ bytes: UnsafeRawBufferPointer) {
        let records = writable()
        withUnsafeBytes(of: (tag, kind.rawValue, UInt32(clamping: bytes.count))) { records.append($0) }
        records.append(bytes)
        pad(records, afterDataOf: bytes.count)
    }

    private func writable() -> ByteBuffer {
        if let buffer { return buffer }
        let made = ByteBuffer(reserving: expectedBytes)
        buffer = made
        return made
    }

    private func pad(_ records: ByteBuffer, afterDataOf length: Int) {
        let padding = EventRecord.padding(afterDataOf: length)
        withUnsafeBytes(of: UInt64(0)) { records.append(UnsafeRawBufferPointer(start: $0.baseAddress, count: padding)) }
        count += 1
        total += 1
    }

    /// The records so far; the writer goes on with an empty buffer.
    package func takeRecords() -> ByteBuffer {
        let full = records
        buffer = nil
        expectedBytes = min(full.count, 4096)
        count = 0
        return full
    }
}

/// The form of a packed event.
enum EventRecord {
    static let headerBytes = 16
    /// The longest data that a record can say the length of.
    static let maximumData = Int(UInt32.max)

    /// At least one byte, for the NUL.
    static func padding(afterDataOf length: Int) -> Int {
        8 - length % 8
    }

    /// A buffer with one record, whose data `body` appends.
    static func make(_ kind: EventKind, tag: UInt64, _ body: (ByteBuffer) -> Void) -> ByteBuffer {
        let writer = EventWriter(tag: tag)
        writer.write(kind, body)
        return writer.records
    }

    /// How many bytes the record at `offset` has; nil where there is none.
    static func size(in records: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        guard offset + headerBytes <= records.count else { return nil }
        let length = Int(records.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
        return headerBytes + length + padding(afterDataOf: length)
    }

    /// How many bytes the whole records have that stand from `offset` on and fit into `room`.
    static func bytesOfWholeRecords(in records: UnsafeRawBufferPointer, from offset: Int, within room: Int) -> Int {
        if records.count - offset <= room { return records.count - offset }
        var end = offset
        while let size = size(in: records, at: end), size <= room - (end - offset) { end += size }
        return end - offset
    }
}

/// Reads packed events back.
package struct EventReader {
    let records: ByteBuffer
    private var offset = 0

    package init(_ records: ByteBuffer) {
        self.records = records
    }

    package var byteCount: Int { records.count }

    /// All bytes, whatever has been read.
    var bytes: UnsafeRawBufferPointer { records.bytes }

    /// The next event. The bytes are valid as long as the records are, and followed by a NUL.
    package mutating func next() -> (kind: Int32, data: UnsafeRawBufferPointer)? {
        let bytes = records.bytes
        guard offset + EventRecord.headerBytes <= bytes.count else { return nil }
        let kind = bytes.loadUnaligned(fromByteOffset: offset + 8, as: Int32.self)
        let length = Int(bytes.loadUnaligned(fromByteOffset: offset + 12, as: UInt32.self))
        let start = offset + EventRecord.headerBytes
        guard start + length <= bytes.count else { return nil }
        offset = start + length + EventRecord.padding(afterDataOf: length)
        return (kind, UnsafeRawBufferPointer(rebasing: bytes[start..<(start + length)]))
    }
}
