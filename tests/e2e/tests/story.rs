//! The demo's story, asserted.

use ion_e2e::{
    narration::Narrator,
    network::{Built, Network},
    story::Story,
};

#[test]
fn booking_from_stake_to_earnings_equals_its_recomputation_to_the_last_unit() {
    let folder = tempfile::tempdir().unwrap();
    let built = Built::beside_this_program().unwrap();
    let network = Network::start(&built, None, folder.path(), false).unwrap();
    let ending = Story::new(&built, &network, Narrator::new(true))
        .unwrap()
        .play()
        .unwrap();
    for (of, figure) in &ending.figures {
        assert_eq!(figure.recomputed, figure.recorded, "{of}: {}", figure.name);
    }
    assert!(
        ending.figures.len() > 20,
        "{} figures",
        ending.figures.len()
    );
    // Five minutes without an agent are not served, give or take the minutes that it began and ended in.
    assert!(
        (54..=56).contains(&ending.served_minutes),
        "{} minutes served",
        ending.served_minutes
    );
    assert!(ending.left_out.is_empty());
}
