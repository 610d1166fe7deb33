//! Devices that do not do the work they are asked for: the verdict is `fail`, with evidence that
//! anybody can check, and `pass` for the same protocol played honestly.

use ion_adversary::*;
use ion_challenge::{
    Answer, Challenge, ChallengeWork, Commitment, EvidenceGrade, Hash, Opening, Prover,
    ProverError, RowTree, positions, row_leaf,
};
use ion_protocol::Outcome;

/// Plays a challenge with a back end; the outcome that the device is told.
async fn play(node: &Node, device: &Device, prover: &dyn Prover) -> Outcome {
    let issued = device.challenge(node).await;
    let work = ChallengeWork::commit(prover, issued.challenge).unwrap();
    let reply = device.commit(node, &work.commitment()).await.unwrap();
    let answer = work.open(prover, &reply.secret).unwrap();
    device.open(node, &answer).await.unwrap().outcome
}

/// What is asserted of every conviction: the public outcome, and one record that a third party can
/// check again.
async fn assert_convicted(node: &Node, device: &Device) {
    assert_eq!(node.outcome(device).await, Outcome::Fail);
    assert_eq!(node.convictions().await, (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn honest_device_passes() {
    let node = Node::start(|_| {}).await;
    let device = node.device(1, 50, NEW).await;
    assert_eq!(play(&node, &device, &prover()).await, Outcome::Pass);
    assert_eq!(node.outcome(&device).await, Outcome::Pass);
    assert_eq!(node.convictions().await.0, 0);
}

/// Computes every second entry and invents the others.
struct Half;

impl Prover for Half {
    fn leaves(&self, seed: &Hash, n: u32) -> Result<Vec<Hash>, ProverError> {
        let all: Vec<u32> = (0..n).collect();
        let rows = self.rows(seed, n, &all)?;
        Ok((0..n)
            .zip(&rows)
            .map(|(row, entries)| row_leaf(row, entries))
            .collect())
    }

    fn rows(&self, seed: &Hash, n: u32, rows: &[u32]) -> Result<Vec<Vec<i32>>, ProverError> {
        let mut products = prover().rows(seed, n, rows)?;
        for product in &mut products {
            for entry in product.iter_mut().skip(1).step_by(2) {
                *entry = entry.wrapping_add(1);
            }
        }
        Ok(products)
    }

    fn grade(&self) -> EvidenceGrade {
        EvidenceGrade::SelfReported
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn device_that_skips_half_of_the_work_fails() {
    let node = Node::start(|_| {}).await;
    let device = node.device(2, 50, NEW).await;
    assert_eq!(play(&node, &device, &Half).await, Outcome::Fail);
    assert_convicted(&node, &device).await;
}

/// Openings at the positions asked for, out of the work on another challenge.
fn opened_from(asked: &Challenge, worked: &Challenge, roots: &[Hash], secret: &Hash) -> Answer {
    let seeds = worked.seeds(roots);
    let openings = positions(asked, roots, secret)
        .into_iter()
        .map(|position| {
            let seed = &seeds[usize::from(position.round)];
            let tree = RowTree::new(prover().leaves(seed, worked.n).unwrap());
            Opening {
                position,
                entries: prover()
                    .rows(seed, worked.n, &[position.row])
                    .unwrap()
                    .remove(0),
                siblings: tree.proof(position.row).unwrap(),
            }
        })
        .collect();
    Answer {
        challenge_id: asked.id(),
        openings,
    }
}

/// Plays a challenge with the product of another one under its own name.
async fn play_with(node: &Node, device: &Device, asked: &Challenge, worked: &Challenge) -> Outcome {
    let roots = ChallengeWork::commit(&prover(), worked.clone())
        .unwrap()
        .commitment()
        .roots;
    let commitment = Commitment {
        challenge_id: asked.id(),
        roots: roots.clone(),
    };
    let reply = device.commit(node, &commitment).await.unwrap();
    let answer = opened_from(asked, worked, &roots, &reply.secret);
    device.open(node, &answer).await.unwrap().outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn result_of_another_device_fails() {
    let node = Node::start(|settings| settings.challenge.openings = 16).await;
    let cheat = node.device(3, 50, NEW).await;
    let other = node.device(4, 51, NEW).await;
    let theirs = other.challenge(&node).await.challenge;
    let mine = cheat.challenge(&node).await.challenge;
    // Sent as it is, the other's work names the other's challenge.
    let work = ChallengeWork::commit(&prover(), theirs.clone()).unwrap();
    let refused = cheat.commit(&node, &work.commitment()).await;
    assert_eq!(refused.unwrap_err(), "no_challenge");
    // Under its own name it is committed, and is the product of another seed.
    assert_eq!(
        play_with(&node, &cheat, &mine, &theirs).await,
        Outcome::Fail
    );
    assert_convicted(&node, &cheat).await;
    assert_eq!(node.view(&other).await.unwrap().outcome, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn work_done_before_the_challenge_fails() {
    let node = Node::start(|settings| settings.challenge.openings = 16).await;
    let device = node.device(5, 50, NEW).await;
    let asked = device.challenge(&node).await.challenge;
    let mut earlier = asked.clone();
    earlier.nonce = [0; 32];
    assert_eq!(
        play_with(&node, &device, &asked, &earlier).await,
        Outcome::Fail
    );
    assert_convicted(&node, &device).await;
}

/// Which rows a false tree holds.
type Arrange = fn(Vec<Hash>) -> Vec<Hash>;

/// Commits to trees of rearranged leaves and opens the true rows with what proofs there are.
async fn play_tree(node: &Node, device: &Device, arrange: Arrange) -> Outcome {
    let challenge = device.challenge(node).await.challenge;
    let mut seed = challenge.first_seed();
    let (mut seeds, mut trees, mut roots) = (vec![], vec![], vec![]);
    for _ in 0..challenge.rounds {
        let tree = RowTree::new(arrange(prover().leaves(&seed, challenge.n).unwrap()));
        seeds.push(seed);
        roots.push(tree.root());
        seed = ion_challenge::next_seed(&tree.root());
        trees.push(tree);
    }
    let commitment = Commitment {
        challenge_id: challenge.id(),
        roots: roots.clone(),
    };
    let reply = device.commit(node, &commitment).await.unwrap();
    let openings = positions(&challenge, &roots, &reply.secret)
        .into_iter()
        .map(|position| {
            let round = usize::from(position.round);
            let row = position.row;
            let proof = trees[round].proof(row).or_else(|| trees[round].proof(0));
            Opening {
                position,
                entries: prover()
                    .rows(&seeds[round], challenge.n, &[row])
                    .unwrap()
                    .remove(0),
                siblings: proof.unwrap(),
            }
        })
        .collect();
    let answer = Answer {
        challenge_id: challenge.id(),
        openings,
    };
    device.open(node, &answer).await.unwrap().outcome
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn truncated_padded_and_reordered_trees_fail() {
    let cases: [Arrange; 4] = [
        |leaves| leaves[..leaves.len() / 2].to_vec(),
        |leaves| leaves[..leaves.len() - 1].to_vec(),
        |leaves| [leaves.clone(), leaves].concat(),
        |leaves| leaves.into_iter().rev().collect(),
    ];
    for (seed, arrange) in (10u8..).zip(cases) {
        let node = Node::start(|_| {}).await;
        let device = node.device(seed, 50, NEW).await;
        assert_eq!(play_tree(&node, &device, arrange).await, Outcome::Fail);
        assert_convicted(&node, &device).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn roots_cannot_be_changed_once_the_secret_is_out() {
    let node = Node::start(|_| {}).await;
    let device = node.device(6, 50, NEW).await;
    let issued = device.challenge(&node).await;
    let none = Answer {
        challenge_id: issued.challenge.id(),
        openings: vec![],
    };
    assert_eq!(
        device.open(&node, &none).await.unwrap_err(),
        "not_committed"
    );
    // Roots of nothing, to see the secret; then the true ones.
    let bait = Commitment {
        challenge_id: issued.challenge.id(),
        roots: vec![[0; 32]; 2],
    };
    let reply = device.commit(&node, &bait).await.unwrap();
    let work = ChallengeWork::commit(&prover(), issued.challenge.clone()).unwrap();
    let changed = device.commit(&node, &work.commitment()).await;
    assert_eq!(changed.unwrap_err(), "other_commitment");
    let answer = work.open(&prover(), &reply.secret).unwrap();
    assert_eq!(
        device.open(&node, &answer).await.unwrap().outcome,
        Outcome::Fail
    );
    assert_convicted(&node, &device).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn answer_with_openings_left_out_fails() {
    let node = Node::start(|_| {}).await;
    let device = node.device(7, 50, NEW).await;
    let issued = device.challenge(&node).await;
    let work = ChallengeWork::commit(&prover(), issued.challenge).unwrap();
    let reply = device.commit(&node, &work.commitment()).await.unwrap();
    let mut answer = work.open(&prover(), &reply.secret).unwrap();
    answer.openings.pop();
    assert_eq!(
        device.open(&node, &answer).await.unwrap().outcome,
        Outcome::Fail
    );
    assert_convicted(&node, &device).await;
    // The whole answer afterwards changes nothing.
    let whole = work.open(&prover(), &reply.secret).unwrap();
    assert_eq!(
        device.open(&node, &whole).await.unwrap_err(),
        "no_challenge"
    );
    assert_eq!(node.outcome(&device).await, Outcome::Fail);
}
