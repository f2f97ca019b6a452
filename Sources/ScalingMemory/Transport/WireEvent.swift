/// One event of a stream, cut out of it by its framing. The pointers are valid during the call that hands it over.
public struct WireEvent {
    /// What the framing calls the event; empty where it has no names or gives none.
    public let name: UnsafeRawBufferPointer
    /// What is in it: JSON, as a rule.
    public let data: UnsafeRawBufferPointer
    /// False for an event that the stream's end cut off from its own end: it may be whole or not.
    public let isTerminated: Bool
    /// The framing says that this is an error: the name is its code, the data what the provider says of it.
    public let isException: Bool

    public init(
        name: UnsafeRawBufferPointer,
        data: UnsafeRawBufferPointer,
        isTerminated: Bool,
        isException: Bool = false
    ) {
        self.name = name
        self.data = data
        self.isTerminated = isTerminated
        self.isException = isException
    }

    public func isNamed(_ other: StaticString) -> Bool {
        name.count == other.utf8CodeUnitCount
            && name.elementsEqual(UnsafeRawBufferPointer(start: other.utf8Start, count: other.utf8CodeUnitCount))
    }
}
