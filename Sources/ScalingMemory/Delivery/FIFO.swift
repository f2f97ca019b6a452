/// First in, first out, in constant time on average; an array's `removeFirst` would move all that follows.
struct FIFO<Element> {
    private var items: [Element?] = []
    private var head = 0

    var isEmpty: Bool { head == items.count }
    var count: Int { items.count - head }
    var first: Element? { isEmpty ? nil : items[head] }

    mutating func append(_ element: Element) {
        items.append(element)
    }

    @discardableResult
    mutating func removeFirst() -> Element? {
        guard !isEmpty else { return nil }
        let element = items[head]
        items[head] = nil
        head += 1
        if head == items.count {
            items.removeAll(keepingCapacity: items.capacity <= Self.keptCapacity)
            head = 0
        } else if head >= Self.keptCapacity, head >= items.count - head {
            items.removeFirst(head)
            head = 0
        }
        return element
    }

    /// What is behind the head is moved to the front once it is no more than what has been taken, and not for less than
    /// this many; the same bounds what an empty one keeps.
    private static var keptCapacity: Int { 64 }
}
