//! Rows that only work one after the other, in the outbox together.

use super::support::Bench;
use ion_chain::{Order, SenderSettings, Tick};
use ion_store::outbox::{Key, State};

/// "Not yet" of the chain.
const EARLY: u32 = 77;

async fn want(bench: &Bench, kind: &str, period: u64, data: &[u8]) -> Key {
    let key = Key::new(kind, "schedule", period);
    bench
        .outbox()
        .enqueue(&key, &[bench.instruction(data)])
        .await
        .unwrap();
    key
}

#[tokio::test]
async fn rows_out_of_turn_wait_uncounted_and_go_in_order() {
    let bench = Bench::new().await;
    let mut sender = bench.sender().in_order(Order::default().add("step", EARLY));
    let keys = [
        want(&bench, "step", 1, b"first").await,
        want(&bench, "step", 2, b"second").await,
        want(&bench, "step", 3, b"third").await,
    ];
    // More often than a refused row would survive.
    let passes = SenderSettings::default().poison_after + 2;
    bench.chain.refuse(b"second", EARLY, passes);
    // Were the third one simulated although the second is early, it would be stopped for good.
    bench.chain.refuse(b"third", EARLY, 1);
    let signed = |signed| Tick {
        signed,
        ..Tick::default()
    };
    assert_eq!(sender.tick().await.unwrap(), signed(1));
    for _ in 1..passes {
        assert!(sender.tick().await.unwrap().is_idle());
        let waiting = bench.row(&keys[1]).await;
        assert_eq!((waiting.state, waiting.failures), (State::Ready, 0));
    }
    assert_eq!(sender.tick().await.unwrap(), signed(1), "the second");
    assert_eq!(sender.tick().await.unwrap(), signed(1), "the third");
    bench.finish(&keys).await;
    let once = [b"first".as_slice(), b"second", b"third"];
    assert_eq!(
        bench.chain.effects(),
        once.map(|data| (data.to_vec(), 1)).into()
    );
}

#[tokio::test]
async fn a_row_out_of_turn_stops_neither_an_earlier_one_nor_another_kind() {
    let bench = Bench::new().await;
    let order = Order::default().add("step", EARLY).add("turn", EARLY);
    let mut sender = bench.sender().in_order(order);
    // Put in out of order: the later period comes first.
    let late = want(&bench, "step", 9, b"late").await;
    let early = want(&bench, "step", 4, b"early").await;
    let other = want(&bench, "turn", 30, b"other").await;
    bench.chain.refuse(b"late", EARLY, 1);
    assert_eq!(sender.tick().await.unwrap().signed, 2);
    assert_eq!(bench.row(&late).await.state, State::Ready);
    bench.finish(&[late, early, other]).await;
}

#[tokio::test]
async fn waiting_rows_take_no_room_in_flight() {
    let mut bench = Bench::new().await;
    bench.settings.max_in_flight = 2;
    let mut sender = bench.sender().in_order(Order::default().add("step", EARLY));
    let waiting = want(&bench, "step", 1, b"waiting").await;
    let next = want(&bench, "other", 1, b"next").await;
    bench.chain.refuse(b"waiting", EARLY, 1);
    assert_eq!(sender.tick().await.unwrap().signed, 1);
    bench.finish(&[waiting, next]).await;
}
