/// First in, first out, in constant time on average; an array's `removeFirst` would move all that follows.
struct FIFO<Element> {
    /// Apart from the others: mostly there is no other, and no memory is needed.
    private(set) var first: Element?
    private var others: [Element?] = []
    /// The first of the others.
    private var head = 0

    var isEmpty: Bool { first == nil }
    var count: Int { isEmpty ? 0 : 1 + others.count - head }

    mutating func append(_ element: Element) {
        if isEmpty { first = element } else { others.append(element) }
    }

    @discardableResult
    mutating func removeFirst() -> Element? {
        let element = first
        first = removeOther()
        return element
    }

    private mutating func removeOther() -> Element? {
        guard head < others.count else { return nil }
        let element = others[head]
        others[head] = nil
        head += 1
        if head == others.count {
            others.removeAll(keepingCapacity: others.capacity <= Self.keptCapacity)
            head = 0
        } else if head >= Self.keptCapacity, head >= others.count - head {
            others.removeFirst(head)
            head = 0
        }
        return element
    }

    /// What is behind the head is moved to the front once it is no more than what has been taken, and not for less than
    /// this many; the same bounds what an empty one keeps.
    private static var keptCapacity: Int { 64 }
}
