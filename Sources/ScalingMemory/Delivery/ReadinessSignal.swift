/// When a queue's descriptor is given its one byte, and when the byte is taken away.
///
/// The byte is there from the first event after the reader has found nothing until he finds nothing again. Between the two
/// no event gives another one, and no read takes it away, so that it makes a level-triggered loop come back until the queue
/// is drained, and an edge-triggered one come once. Both changes happen under the lock under which the queue is looked at:
/// an event either is seen by the read that would have found nothing, or comes after it and gives a new byte.
///
/// Where no one has asked for the descriptor the state is kept all the same, and the bytes are not written.
struct ReadinessSignal {
    enum Action {
        case none
        /// Write the byte.
        case raise
        /// Read it away.
        case lower
    }

    private var isRaised = false
    private var hasDescriptor = false

    /// There is something to read.
    mutating func somethingCame() -> Action {
        if isRaised { return .none }
        isRaised = true
        return hasDescriptor ? .raise : .none
    }

    /// A read ends and gives nothing.
    mutating func nothingWasFound() -> Action {
        guard isRaised else { return .none }
        isRaised = false
        return hasDescriptor ? .lower : .none
    }

    /// The descriptor is made; what has come before makes it readable at once.
    mutating func descriptorOpened() -> Action {
        hasDescriptor = true
        return isRaised ? .raise : .none
    }

    mutating func descriptorClosed() {
        hasDescriptor = false
    }
}
