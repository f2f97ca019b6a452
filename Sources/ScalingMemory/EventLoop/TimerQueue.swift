/// What is to happen later, by deadline: a binary heap in which every timer knows its place, so that setting and
/// cancelling cost O(log n). Knows no clock.
struct TimerQueue {
    /// One thing that happens once.
    final class Timer {
        let deadline: Instant
        let action: @IOThread () -> Void
        fileprivate var index: Int?

        init(deadline: Instant, action: @escaping @IOThread () -> Void) {
            self.deadline = deadline
            self.action = action
        }
    }

    private var heap: [Timer] = []

    var isEmpty: Bool { heap.isEmpty }
    var nextDeadline: Instant? { heap.first?.deadline }

    mutating func add(_ timer: Timer) {
        timer.index = heap.count
        heap.append(timer)
        siftUp(heap.count - 1)
    }

    /// Does nothing when the timer has fired or was removed.
    mutating func remove(_ timer: Timer) {
        guard let index = timer.index else { return }
        timer.index = nil
        let last = heap.removeLast()
        guard index < heap.count else { return }
        place(last, at: index)
        siftUp(index)
        siftDown(index)
    }

    /// Takes out the first timer if its deadline has come.
    mutating func popExpired(at now: Instant) -> Timer? {
        guard let first = heap.first, first.deadline <= now else { return nil }
        remove(first)
        return first
    }

    private mutating func place(_ timer: Timer, at index: Int) {
        heap[index] = timer
        timer.index = index
    }

    private mutating func siftUp(_ start: Int) {
        var index = start
        let timer = heap[index]
        while index > 0 {
            let parent = (index - 1) / 2
            guard timer.deadline < heap[parent].deadline else { break }
            place(heap[parent], at: index)
            index = parent
        }
        place(timer, at: index)
    }

    private mutating func siftDown(_ start: Int) {
        var index = start
        let timer = heap[index]
        while true {
            var child = 2 * index + 1
            guard child < heap.count else { break }
            if child + 1 < heap.count, heap[child + 1].deadline < heap[child].deadline { child += 1 }
            guard heap[child].deadline < timer.deadline else { break }
            place(heap[child], at: index)
            index = child
        }
        place(timer, at: index)
    }
}
