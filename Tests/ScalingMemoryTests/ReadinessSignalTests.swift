import Testing

@testable import ScalingMemory

@Suite("A queue's readiness signal")
struct ReadinessSignalTests {
    @Test("One byte for the first event, none for those that follow")
    func oneByte() {
        var signal = ReadinessSignal()
        #expect(signal.descriptorOpened() == .none)
        #expect(signal.somethingCame() == .raise)
        #expect(signal.somethingCame() == .none)
        #expect(signal.somethingCame() == .none)
    }

    @Test("The read that finds nothing takes the byte away, and the next event gives another")
    func armedAgain() {
        var signal = ReadinessSignal()
        _ = signal.descriptorOpened()
        #expect(signal.nothingWasFound() == .none)
        #expect(signal.somethingCame() == .raise)
        #expect(signal.nothingWasFound() == .lower)
        #expect(signal.nothingWasFound() == .none)
        #expect(signal.somethingCame() == .raise)
    }

    @Test(
        "Without a descriptor no byte is written; one that comes later is raised if something has come and was not missed"
    )
    func lateDescriptor() {
        var signal = ReadinessSignal()
        #expect(signal.somethingCame() == .none)
        #expect(signal.nothingWasFound() == .none)
        #expect(signal.somethingCame() == .none)
        #expect(signal.descriptorOpened() == .raise)
        #expect(signal.somethingCame() == .none)
        #expect(signal.nothingWasFound() == .lower)
    }

    @Test("Whatever happens, bytes written less bytes taken is one exactly while something may be unread")
    func anySequence() {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<200 {
            var signal = ReadinessSignal()
            var bytes = 0
            var isUnread = false
            var isOpen = false
            for _ in 0..<50 {
                let action: ReadinessSignal.Action
                switch Int.random(in: 0..<5, using: &generator) {
                case 0 where !isOpen:
                    action = signal.descriptorOpened()
                    isOpen = true
                case 0...2:
                    action = signal.somethingCame()
                    isUnread = true
                default:
                    action = signal.nothingWasFound()
                    isUnread = false
                }
                if action == .raise { bytes += 1 }
                if action == .lower { bytes -= 1 }
                #expect(bytes == (isOpen && isUnread ? 1 : 0))
            }
        }
    }
}
