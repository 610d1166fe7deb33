//! Verifiers that lie, are silent, or saw another set of files.

use super::*;

#[tokio::test]
async fn one_lying_and_one_silent_verifier_change_nothing() {
    let mut net = voted(5, 3, &[3]).await;
    let kind = ReportKind::EpochReport;
    let own = net.vote_of(0, kind, day()).await.unwrap();
    let (report, bundle) = net.epoch_report(day(), own);
    // what the liar wants: twice as much for one party, under the same files
    let mut forged = bundle.clone();
    forged.parts[0].usd_micros *= 2;
    let false_report = EpochReport {
        avail_usd_micros: report.avail_usd_micros + bundle.parts[0].usd_micros,
        bundle: forged.hash(),
        ..report
    };
    let lie = net.publish_epoch(day(), &false_report, &forged);
    // and without the files of somebody who saw something else
    let mut without = bundle.clone();
    for hour in &mut without.hours {
        hour.files.truncate(3);
    }
    let shorter = EpochReport {
        bundle: without.hash(),
        ..report
    };
    let omission = net.publish_epoch(day(), &shorter, &without);
    for (at, forged) in [
        [(4, lie), (3, lie)],
        [(4, omission), (3, omission)],
        // nobody can fetch this one
        [(4, [9; 32]), (3, [9; 32])],
    ]
    .into_iter()
    .enumerate()
    {
        let poll = net.poll(kind, ide::ID, day(), &forged).await;
        assert_eq!(poll.attested, Some(own), "three honest ones are enough");
        // the moment before: only one honest vote is there and the lie has most
        let mut early = poll;
        early.attested = None;
        (early.votes[1], early.votes[2]) = (None, None);
        let key = (kind.to_u8(), ide::ID, day());
        net.chain.with(|chain| chain.polls.insert(key, early));
        net.rounds(end() + 370 + at as i64).await;
        for honest in 0..3 {
            assert_eq!(net.vote_of(honest, kind, day()).await, Some(own));
        }
    }

    // the payout tree alike: the liar shifts money between two leaves
    let poll = net.poll(kind, ide::ID, day(), &[(4, lie)]).await;
    assert_eq!(poll.attested, Some(own));
    net.engine(|state| state.engine.reported_day = day());
    net.seal(&report);
    net.hire(&[(GOOD, HIRE)]);
    net.rounds(end() + 900).await;
    let (kind, ring) = (ReportKind::PayoutRoot, addresses::ide::roots());
    let own = net.vote_of(0, kind, 1).await.unwrap();
    let name = format!("reports/4/1/{}", hex::encode(own));
    let root = net.stored(name, PayoutRoot::decode);
    let name = format!("bundles/{}", hex::encode(root.bundle));
    let mut forged = net.stored(name, |bytes| PayoutBundle::decode(bytes).ok());
    forged.rows[0].lifetime_io += 500;
    forged.rows[1].lifetime_io -= 500;
    let forged = PayoutReport::new(forged, &ring.to_bytes()).unwrap();
    assert_eq!(forged.payload.lifetime_io, root.lifetime_io);
    let lie = forged.vote(&ring.to_bytes(), 1);
    net.objects
        .put(
            &format!("bundles/{}", hex::encode(forged.payload.bundle)),
            &borsh::to_vec(&forged.bundle).unwrap(),
        )
        .unwrap();
    net.objects
        .put(
            &format!("reports/4/1/{}", hex::encode(lie)),
            &forged.payload.encode(),
        )
        .unwrap();
    let poll = net.poll(kind, ring, 1, &[(4, lie), (3, lie)]).await;
    assert_eq!(poll.attested, Some(own));
    let mut early = poll;
    early.attested = None;
    (early.votes[1], early.votes[2]) = (None, None);
    net.chain
        .with(|chain| chain.polls.insert((kind.to_u8(), ring, 1), early));
    net.rounds(end() + 902).await;
    for honest in 0..3 {
        assert_eq!(net.vote_of(honest, kind, 1).await, Some(own));
    }

    // were it accepted all the same: the alarm
    net.poll(kind, ring, 1, &[(3, lie), (4, lie)]).await;
    let accept = |net: &Net, hash: [u8; 32]| {
        let at = end() + 904;
        net.chain.with(|chain| {
            let ring = &mut chain.payout_roots.as_mut().unwrap().ring;
            ring.head_seq = 1;
            let place = &mut ring.roots[0];
            (place.seq, place.through, place.hash) = (1, day(), hash);
            (place.accepted_at, place.mature_at) = (at, at + 7 * DAY_SECONDS);
        });
    };
    for (hash, doubtful) in [(forged.payload.root, 1), (root.root, 0)] {
        accept(&net, hash);
        net.benches[0] = Bench::default();
        net.round(0, end() + 906).await;
        let shown = format!("verifier_payout_roots_doubtful {doubtful}");
        assert!(net.verifiers[0].metrics.render().contains(&shown));
    }
}

#[tokio::test]
async fn file_that_came_late_does_not_split_the_vote() {
    let kind = ReportKind::EpochReport;
    let mut net = Net::new(3, 3).await;
    net.files([0, 1]);
    net.epoch(|epoch| {
        epoch.state = EpochState::Ended.code();
        epoch.ended_at = end();
    });
    let now = end() + 360;
    net.round(0, now).await;
    net.files([2]);
    for member in [1, 2] {
        net.round(member, now).await;
    }
    let poll = net.poll(kind, ide::ID, day(), &[]).await;
    assert_eq!((poll.counted().len(), poll.attested), (2, None));
    for _ in 0..2 {
        net.rounds(now + 2).await;
        net.poll(kind, ide::ID, day(), &[]).await;
    }
    let poll = net.poll(kind, ide::ID, day(), &[]).await;
    assert!(poll.attested.is_some(), "they meet on one: {poll:?}");

    // who received the file in time does not follow a payload that leaves it out
    let mut net = Net::new(3, 3).await;
    net.files([0, 1]);
    net.epoch(|epoch| {
        epoch.state = EpochState::Ended.code();
        epoch.ended_at = end();
    });
    net.round(0, now).await;
    net.files([2]);
    let late = net.file(2, 10, 60);
    let author = member_key(2).verifying_key().to_bytes();
    let hour = day() * 24 + 10;
    for member in [1, 2] {
        let journal = &net.verifiers[member].journal;
        let in_time = (hour as i64 + 1) * 3_600 + 239;
        journal
            .see_file(&late, hour, &author, in_time)
            .await
            .unwrap();
        net.round(member, now).await;
    }
    let whole = net.vote_of(1, kind, day()).await.unwrap();
    let short = net.vote_of(0, kind, day()).await.unwrap();
    assert_ne!(whole, short);
    // most votes for the short one
    net.poll(kind, ide::ID, day(), &[(2, short)]).await;
    net.round(1, now + 2).await;
    assert_eq!(net.vote_of(1, kind, day()).await, Some(whole));
}
