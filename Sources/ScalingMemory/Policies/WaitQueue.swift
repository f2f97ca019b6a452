/// Calls that wait for their turn: in the order in which they came, and by the moment at which they give up. Any of them
/// can be taken out. Each operation costs O(log n) at most, and none leaves anything behind to be cleaned up later.
///
/// A doubly linked list and a binary heap over one array of slots, whose free ones are used again.
struct WaitQueue: Sendable {
    /// Names one wait, and no other after it.
    struct Ticket: Sendable, Hashable {
        fileprivate let slot: Int
        fileprivate let serial: UInt64
    }

    private struct Slot: Sendable {
        var serial: UInt64
        var estimate: TokenEstimate
        /// `.max` gives up never.
        var deadline: Instant
        var previous: Int
        /// The next in the queue, or the next free slot.
        var next: Int
        /// Its place in the heap; -1 where it has none.
        var heapIndex = -1
    }

    private static let none = -1

    private var slots: [Slot] = []
    private var free = none
    private var first = none
    private var last = none
    private var nextSerial: UInt64 = 1
    /// Slots by deadline.
    private var heap: [Int] = []

    private(set) var count = 0
    /// The sum of what they will reserve.
    private(set) var tokens = 0

    #if DEBUG
    /// Counts what the operations touch, for the test that it stays little.
    private(set) var steps = 0
    #endif

    var isEmpty: Bool { count == 0 }

    /// What the first in the queue asks for.
    var head: TokenEstimate? { first == Self.none ? nil : slots[first].estimate }

    var nextDeadline: Instant? { heap.first.map { slots[$0].deadline } }

    // MARK: In and out

    mutating func append(_ estimate: TokenEstimate, givingUpAt deadline: Instant) -> Ticket {
        let new = Slot(serial: nextSerial, estimate: estimate, deadline: deadline, previous: last, next: Self.none)
        nextSerial += 1
        let slot = store(new)
        if last == Self.none { first = slot } else { slots[last].next = slot }
        last = slot
        count += 1
        tokens += estimate.total
        if deadline.nanoseconds < .max {
            heap.append(slot)
            siftUp(heap.count - 1)
        }
        step()
        return Ticket(slot: slot, serial: new.serial)
    }

    mutating func popFirst() -> (ticket: Ticket, estimate: TokenEstimate)? {
        first == Self.none ? nil : take(first)
    }

    /// Takes out the one that gives up first, if that moment has come.
    mutating func popExpired(at now: Instant) -> Ticket? {
        guard let slot = heap.first, slots[slot].deadline <= now else { return nil }
        return take(slot).ticket
    }

    /// False when it waits no more.
    mutating func remove(_ ticket: Ticket) -> Bool {
        guard slots.indices.contains(ticket.slot), slots[ticket.slot].serial == ticket.serial else { return false }
        _ = take(ticket.slot)
        return true
    }

    private mutating func store(_ new: Slot) -> Int {
        guard free != Self.none else {
            slots.append(new)
            return slots.count - 1
        }
        let slot = free
        free = slots[slot].next
        slots[slot] = new
        return slot
    }

    private mutating func take(_ slot: Int) -> (ticket: Ticket, estimate: TokenEstimate) {
        let taken = slots[slot]
        if taken.previous == Self.none { first = taken.next } else { slots[taken.previous].next = taken.next }
        if taken.next == Self.none { last = taken.previous } else { slots[taken.next].previous = taken.previous }
        if taken.heapIndex >= 0 { removeFromHeap(at: taken.heapIndex) }
        count -= 1
        tokens -= taken.estimate.total
        slots[slot].serial = 0
        slots[slot].next = free
        free = slot
        // What a crowd needed is given back when it has gone.
        if count == 0, slots.count > 1024 { (slots, heap, free) = ([], [], Self.none) }
        step()
        return (Ticket(slot: slot, serial: taken.serial), taken.estimate)
    }

    // MARK: By deadline

    private func comesBefore(_ one: Int, _ other: Int) -> Bool {
        let (one, other) = (slots[one], slots[other])
        return (one.deadline, one.serial) < (other.deadline, other.serial)
    }

    private mutating func place(_ slot: Int, at index: Int) {
        heap[index] = slot
        slots[slot].heapIndex = index
        step()
    }

    private mutating func removeFromHeap(at index: Int) {
        let moved = heap.removeLast()
        guard index < heap.count else { return }
        place(moved, at: index)
        siftUp(index)
        siftDown(slots[moved].heapIndex)
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        let slot = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard comesBefore(slot, heap[parent]) else { break }
            place(heap[parent], at: index)
            index = parent
        }
        place(slot, at: index)
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        let slot = heap[index]
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, comesBefore(heap[child + 1], heap[child]) { child += 1 }
            guard comesBefore(heap[child], slot) else { break }
            place(heap[child], at: index)
            index = child
        }
        place(slot, at: index)
    }

    private mutating func step() {
        #if DEBUG
        steps += 1
        #endif
    }
}
