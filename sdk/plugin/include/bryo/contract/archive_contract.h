#pragma once

/// What every archive format must do, as a suite of GoogleTest. A subject makes the format, with reader and writer:
///
///   struct Subject {                              // default constructible, one for each case
///     bryo::testing::FakeRegistrar registrar;     // options are declared in it
///     bryo::ArchiveFormat format();
///   };
///   namespace bryo::contract {
///   INSTANTIATE_TYPED_TEST_SUITE_P(Mine, ArchiveContract, Subject);
///   }
///
/// Random cases print their seed; BRYO_TEST_SEED=N repeats one.
///
/// The cases are in `archive/`; one that is added there is registered here, or the suite refuses to run.

#include <bryo/contract/archive/fixture.h>
#include <bryo/contract/archive/hostile.h>
#include <bryo/contract/archive/readers.h>
#include <bryo/contract/archive/writers.h>

namespace bryo::contract {

REGISTER_TYPED_TEST_SUITE_P(
    ArchiveContract, TheSpecIsWellFormed, ItsMagicIsInWhatItWrites, AnArchiveOfNothing, OneMember, EmptyMembers,
    SizesAroundEveryBound, ManyMembers, ContentsThatCompressToNothingAndNotAtAll, ContentThatLooksLikeAnArchive,
    HugeNames, NamesOfAllKinds, NamesThatDifferByOneByte, ImpossibleNamesAreRefusedOrKept,
    ARefusedNameLeavesTheArchiveWhole, TheFirstOfEqualNamesWins, OneLeadingSlashDoesNotMatter,
    PiecesOfOneByteMakeTheSameMembers, PiecesOfOddSizesMakeTheSameMembers, WritersDoNotShareAnything,
    WritersMayBeDroppedAtAnyPoint, AMemberThatIsTakenBackWasNeverThere, AContinuedArchiveHoldsAllThatItHeld,
    MembersComeInArchiveOrderUntilEnough, WhatIsNotThereIsNotFound, AnIndexThatIsFullEndsThePass,
    TheIndexOutlivesNothingButItself, ExtractsAnyMembersInArchiveOrder, ExtractsParts, ExtractOfNothingDoesNothing,
    ExtractEndsWhenItsSinkRefuses, ManyThreadsReadAtOnce, ATapGetsWhatItWants, ATapIsToldNothingWrong,
    PiecesNeedNothingButThemselves, AnEmptyObject, ZerosAndOnes, RandomBytes, CutAnywhereItKeepsWhatIsWhole,
    ACutMemberIsNotTakenForAWhole, DamagedAnywhereItAnswers, PiecesMovedAboutItAnswers,
    WhatFollowsTheEndDoesNotHideTheMembers, ABrokenDiskIsNoDamage);

}  // namespace bryo::contract
