/// Many fields in one word: copies share them until one of the copies changes. For what is handed on a lot, and changed seldom.
struct CopyOnWrite<Fields: Sendable>: Sendable {
    /// `@unchecked`: changed only by the one who holds the only reference to it.
    private final class Storage: @unchecked Sendable {
        var fields: Fields

        init(_ fields: Fields) {
            self.fields = fields
        }
    }

    private var storage: Storage

    init(_ fields: Fields) {
        storage = Storage(fields)
    }

    var fields: Fields { storage.fields }

    mutating func change(_ body: (inout Fields) -> Void) {
        if !isKnownUniquelyReferenced(&storage) { storage = Storage(storage.fields) }
        body(&storage.fields)
    }
}
