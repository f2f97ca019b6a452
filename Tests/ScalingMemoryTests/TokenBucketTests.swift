import Testing

@testable import ScalingMemory

@Suite("Token buckets")
struct TokenBucketTests {
    private func at(_ nanoseconds: Int64) -> Instant { Instant(nanoseconds: nanoseconds) }
    private func seconds(_ seconds: Int64) -> Instant { Instant(nanoseconds: seconds * 1_000_000_000) }

    @Test("It starts full, at whatever moment it is first looked at")
    func startsFull() throws {
        let bucket = try #require(TokenBucket(limit: 60, per: .minute, capacity: 5))
        for moment in [at(0), at(1), seconds(1_000_000), at(.max)] {
            #expect(bucket.level(at: moment) == 5)
            #expect(bucket.isFull(at: moment))
        }
    }

    @Test("0 is no limit")
    func none() {
        #expect(TokenBucket(limit: 0, per: .minute, capacity: 0) == nil)
    }

    @Test("It refills evenly, and no further than its capacity")
    func refills() throws {
        var bucket = try #require(TokenBucket(limit: 60, per: .minute, capacity: 5))
        bucket.take(5, at: seconds(100))
        #expect(bucket.level(at: seconds(100)) == 0)
        #expect(bucket.level(at: at(100_999_999_999)) == 0)
        #expect(bucket.level(at: seconds(101)) == 1)
        #expect(bucket.level(at: seconds(104)) == 4)
        #expect(!bucket.isFull(at: seconds(104)))
        #expect(bucket.level(at: seconds(105)) == 5)
        #expect(bucket.level(at: seconds(500)) == 5)
    }

    @Test(
        "The moment it names is the first at which the amount is there, for limits that divide no period evenly",
        arguments: [1, 7, 59, 61, 999_983, 1_000_000_000]
    )
    func moment(limit: Int) throws {
        for period in [TokenBucket.Period.minute, .hour] {
            var bucket = try #require(TokenBucket(limit: limit, per: period, capacity: limit))
            bucket.take(limit, at: seconds(1))
            for amount in Set([1, limit / 2, limit]) where amount > 0 {
                let moment = bucket.moment(holding: amount)
                #expect(bucket.level(at: moment) >= amount)
                #expect(bucket.level(at: at(moment.nanoseconds - 1)) < amount)
            }
        }
    }

    @Test("2,000 hours of taking each at its first moment come out to the nanosecond")
    func noDrift() throws {
        // 7 an hour: one comes in every 514 and 2/7 seconds.
        var bucket = try #require(TokenBucket(limit: 7, per: .hour, capacity: 2))
        bucket.take(2, at: at(0))
        var last = at(0)
        for _ in 0..<14_000 {
            last = bucket.moment(holding: 1)
            bucket.take(1, at: last)
        }
        #expect(last.nanoseconds == 2000 * 3_600_000_000_000)
    }

    @Test("More than the capacity is there when several calls could have taken theirs, one after the other")
    func severalCalls() throws {
        var bucket = try #require(TokenBucket(limit: 60, per: .minute, capacity: 2))
        bucket.take(2, at: seconds(0))
        #expect(bucket.moment(holding: 10) == seconds(10))
    }

    @Test("What was used beyond the estimate is owed, what was not used comes back, and the capacity stays the bound")
    func settles() throws {
        var bucket = try #require(TokenBucket(limit: 60, per: .minute, capacity: 100))
        bucket.take(100, at: seconds(0))
        bucket.take(50, at: seconds(0))
        #expect(bucket.level(at: seconds(0)) == -50)
        #expect(bucket.moment(holding: 1) == seconds(51))
        bucket.putBack(80)
        #expect(bucket.level(at: seconds(0)) == 30)
        bucket.putBack(70)
        #expect(bucket.level(at: seconds(0)) == 100)
        #expect(bucket.level(at: seconds(60)) == 100)
        bucket.take(10, at: seconds(90))
        bucket.putBack(1000)
        #expect(bucket.level(at: seconds(90)) == 100)
        bucket.take(100, at: seconds(90))
        #expect(bucket.level(at: seconds(90)) == 0)
    }

    @Test("The largest amounts at the ends of time overflow nothing")
    func extremes() throws {
        var bucket = try #require(TokenBucket(limit: 1_000_000_000, per: .hour, capacity: 1_000_000_000))
        bucket.take(.max, at: at(.max))
        #expect(bucket.level(at: at(.max)) < 0)
        #expect(bucket.moment(holding: .max) == at(.max))
    }
}
