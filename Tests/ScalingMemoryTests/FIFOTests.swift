import Testing

@testable import ScalingMemory

@Suite("First in, first out")
struct FIFOTests {
    @Test("What goes in comes out in order, however the two alternate")
    func order() {
        var queue = FIFO<Int>()
        var generator = SystemRandomNumberGenerator()
        var (put, taken) = (0, 0)
        for _ in 0..<5000 {
            for _ in 0..<Int.random(in: 0..<100, using: &generator) {
                queue.append(put)
                put += 1
            }
            for _ in 0..<Int.random(in: 0..<100, using: &generator) where !queue.isEmpty {
                #expect(queue.first == taken)
                #expect(queue.removeFirst() == taken)
                taken += 1
            }
            #expect(queue.count == put - taken)
        }
    }

    @Test("An empty one gives nothing")
    func empty() {
        var queue = FIFO<Int>()
        #expect(queue.removeFirst() == nil)
        queue.append(1)
        queue.removeFirst()
        #expect(queue.isEmpty && queue.first == nil && queue.removeFirst() == nil)
    }
}
