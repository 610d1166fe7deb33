//! Tags of accounts, instructions and events.

use super::*;

#[test]
fn tags_are_the_golden_ones() {
    let tags: Vec<(&[u8], [u8; 8])> = vec![
        (
            state::Action::DISCRIMINATOR,
            [144, 241, 105, 219, 74, 136, 203, 176],
        ),
        (
            state::Config::DISCRIMINATOR,
            [155, 12, 170, 224, 30, 250, 204, 130],
        ),
        (
            state::Device::DISCRIMINATOR,
            [153, 248, 23, 39, 83, 45, 68, 128],
        ),
        (
            state::Exemption::DISCRIMINATOR,
            [216, 208, 70, 121, 126, 128, 132, 91],
        ),
        (
            state::Params::DISCRIMINATOR,
            [129, 232, 120, 183, 156, 198, 9, 242],
        ),
        (
            state::Poll::DISCRIMINATOR,
            [110, 234, 167, 188, 231, 136, 153, 111],
        ),
        (
            state::ProcessorClass::DISCRIMINATOR,
            [180, 164, 16, 59, 231, 161, 198, 204],
        ),
        (
            state::Roles::DISCRIMINATOR,
            [177, 37, 17, 201, 242, 158, 212, 65],
        ),
        (
            state::VerifierSet::DISCRIMINATOR,
            [227, 16, 215, 74, 157, 114, 239, 185],
        ),
        (
            instruction::AcceptRole::DISCRIMINATOR,
            [52, 25, 7, 231, 196, 235, 119, 253],
        ),
        (
            instruction::ApplyDeviceLeaf::DISCRIMINATOR,
            [118, 120, 93, 8, 0, 135, 189, 192],
        ),
        (
            instruction::BlockDevice::DISCRIMINATOR,
            [102, 160, 147, 174, 128, 165, 181, 212],
        ),
        (
            instruction::CancelAction::DISCRIMINATOR,
            [228, 144, 170, 146, 66, 88, 133, 128],
        ),
        (
            instruction::CancelExemption::DISCRIMINATOR,
            [175, 198, 232, 14, 36, 229, 131, 173],
        ),
        (
            instruction::CloseAction::DISCRIMINATOR,
            [68, 91, 38, 183, 124, 74, 239, 136],
        ),
        (
            instruction::CloseExemption::DISCRIMINATOR,
            [83, 105, 245, 16, 108, 78, 23, 170],
        ),
        (
            instruction::ClosePoll::DISCRIMINATOR,
            [139, 213, 162, 65, 172, 150, 123, 67],
        ),
        (
            instruction::ConsumeAction::DISCRIMINATOR,
            [56, 144, 139, 209, 217, 98, 227, 110],
        ),
        (
            instruction::CreateClass::DISCRIMINATOR,
            [34, 138, 228, 149, 66, 39, 106, 183],
        ),
        (
            instruction::ExecuteAction::DISCRIMINATOR,
            [246, 137, 105, 113, 247, 6, 223, 174],
        ),
        (
            instruction::GrantExemption::DISCRIMINATOR,
            [93, 231, 248, 39, 134, 138, 104, 78],
        ),
        (
            instruction::InitParams::DISCRIMINATOR,
            [120, 68, 238, 44, 33, 234, 98, 122],
        ),
        (
            instruction::Initialize::DISCRIMINATOR,
            [175, 175, 109, 31, 13, 152, 155, 237],
        ),
        (
            instruction::LockDevices::DISCRIMINATOR,
            [216, 133, 96, 152, 129, 92, 203, 179],
        ),
        (
            instruction::OpenPoll::DISCRIMINATOR,
            [77, 28, 213, 71, 70, 193, 2, 152],
        ),
        (
            instruction::Pause::DISCRIMINATOR,
            [211, 22, 221, 251, 74, 121, 193, 47],
        ),
        (
            instruction::PauseDevice::DISCRIMINATOR,
            [142, 83, 149, 187, 222, 250, 231, 201],
        ),
        (
            instruction::QueueAction::DISCRIMINATOR,
            [5, 13, 174, 118, 170, 185, 22, 7],
        ),
        (
            instruction::RegisterDevice::DISCRIMINATOR,
            [210, 151, 56, 68, 22, 158, 90, 193],
        ),
        (
            instruction::ResumeDevice::DISCRIMINATOR,
            [249, 190, 98, 246, 60, 90, 140, 135],
        ),
        (
            instruction::RetractRole::DISCRIMINATOR,
            [251, 156, 205, 42, 31, 205, 192, 203],
        ),
        (
            instruction::SetSwitchHour::DISCRIMINATOR,
            [135, 169, 67, 215, 165, 131, 87, 87],
        ),
        (
            instruction::TerminateDevice::DISCRIMINATOR,
            [170, 228, 64, 121, 209, 5, 117, 200],
        ),
        (
            instruction::UnblockDevice::DISCRIMINATOR,
            [33, 71, 167, 0, 229, 42, 106, 126],
        ),
        (
            instruction::UnlockDevices::DISCRIMINATOR,
            [168, 200, 57, 9, 128, 101, 189, 224],
        ),
        (
            instruction::Unpause::DISCRIMINATOR,
            [169, 144, 4, 38, 10, 141, 188, 255],
        ),
        (
            instruction::UpdateDevice::DISCRIMINATOR,
            [30, 154, 166, 184, 200, 216, 194, 74],
        ),
        (
            instruction::VoteReport::DISCRIMINATOR,
            [109, 101, 16, 27, 25, 144, 204, 97],
        ),
        (
            events::ActionCancelled::DISCRIMINATOR,
            [121, 213, 205, 29, 226, 181, 230, 13],
        ),
        (
            events::ActionClosed::DISCRIMINATOR,
            [12, 207, 175, 173, 7, 142, 107, 78],
        ),
        (
            events::ActionExecuted::DISCRIMINATOR,
            [116, 101, 146, 36, 160, 153, 182, 233],
        ),
        (
            events::ActionQueued::DISCRIMINATOR,
            [77, 189, 39, 169, 248, 125, 126, 168],
        ),
        (
            events::ClassChanged::DISCRIMINATOR,
            [194, 165, 124, 135, 104, 236, 157, 249],
        ),
        (
            events::ClassCreated::DISCRIMINATOR,
            [176, 154, 249, 25, 63, 40, 221, 230],
        ),
        (
            events::ClassRated::DISCRIMINATOR,
            [244, 140, 177, 202, 242, 212, 106, 6],
        ),
        (
            events::ConfigInitialized::DISCRIMINATOR,
            [181, 49, 200, 156, 19, 167, 178, 91],
        ),
        (
            events::DeviceLeafApplied::DISCRIMINATOR,
            [246, 63, 6, 229, 198, 21, 115, 109],
        ),
        (
            events::DeviceRegistered::DISCRIMINATOR,
            [221, 90, 2, 153, 72, 98, 71, 181],
        ),
        (
            events::DeviceStatusChanged::DISCRIMINATOR,
            [47, 92, 8, 190, 132, 76, 125, 174],
        ),
        (
            events::DeviceUpdated::DISCRIMINATOR,
            [19, 61, 200, 102, 163, 178, 2, 158],
        ),
        (
            events::DevicesLocked::DISCRIMINATOR,
            [102, 142, 2, 90, 240, 93, 110, 55],
        ),
        (
            events::DevicesUnlocked::DISCRIMINATOR,
            [219, 108, 151, 217, 167, 74, 123, 173],
        ),
        (
            events::EntryPaused::DISCRIMINATOR,
            [61, 206, 60, 65, 28, 16, 12, 20],
        ),
        (
            events::EntryUnpaused::DISCRIMINATOR,
            [250, 16, 211, 176, 7, 121, 74, 1],
        ),
        (
            events::ExemptionCancelled::DISCRIMINATOR,
            [42, 205, 158, 127, 79, 86, 144, 84],
        ),
        (
            events::ExemptionClosed::DISCRIMINATOR,
            [181, 230, 253, 121, 101, 25, 21, 52],
        ),
        (
            events::ExemptionGranted::DISCRIMINATOR,
            [238, 68, 40, 74, 210, 3, 248, 112],
        ),
        (
            events::GenesisSealed::DISCRIMINATOR,
            [99, 203, 74, 24, 1, 136, 213, 93],
        ),
        (
            events::ParamChanged::DISCRIMINATOR,
            [185, 11, 128, 118, 68, 235, 163, 96],
        ),
        (
            events::ParamsInitialized::DISCRIMINATOR,
            [0, 219, 64, 80, 100, 212, 147, 37],
        ),
        (
            events::PollClosed::DISCRIMINATOR,
            [241, 239, 82, 94, 108, 20, 76, 249],
        ),
        (
            events::PollOpened::DISCRIMINATOR,
            [107, 78, 71, 116, 209, 43, 111, 39],
        ),
        (
            events::ReportVoted::DISCRIMINATOR,
            [78, 175, 198, 42, 31, 245, 117, 37],
        ),
        (
            events::RoleAccepted::DISCRIMINATOR,
            [130, 219, 17, 167, 202, 238, 104, 50],
        ),
        (
            events::RoleProposed::DISCRIMINATOR,
            [168, 105, 155, 70, 211, 61, 123, 252],
        ),
        (
            events::RoleRetracted::DISCRIMINATOR,
            [218, 157, 193, 218, 45, 179, 45, 189],
        ),
        (
            events::RolesInitialized::DISCRIMINATOR,
            [39, 61, 216, 80, 210, 234, 185, 240],
        ),
        (
            events::SwitchScheduled::DISCRIMINATOR,
            [171, 125, 149, 141, 20, 216, 51, 114],
        ),
        (
            events::VerifierSetChanged::DISCRIMINATOR,
            [55, 225, 218, 55, 36, 206, 249, 82],
        ),
    ];
    for (found, expected) in tags {
        assert_eq!(found, expected);
    }
}
