import type { Schedule } from './schedules.ts'

/**
 * The minimal schedules of the bug cards, as `shrink.ts` found them from the first seeds that show each: data, never edited by hand.
 */
export const minimalSchedules: readonly Schedule[] = [
  {
    card: 'ZOOKEEPER-1154', seed: 13, seconds: 34.4, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [
      [10_200_000, 'crash', 1, 20_000_000, 0], [11_100_000, 'split', 0, 19_000_000, 22], [18_628_243, 'crash', 2, 15_654_298, 1],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-2832', seed: 9, seconds: 32.2, servers: 3, isLossy: false, breaks: 'ZAB-4',
    faults: [
      [27_482_468, 'crash', 2, 6_181_560, 1], [28_400_000, 'crash', 0, 3_000_000, 2], [29_200_000, 'reset', 3, 0, 0], [30_000_000, 'crash', 2, 2_000_000, 0],
      [30_600_000, 'clog', 0, 1_000_000, -1], [32_800_000, 'crash', 2, 1_000_000, 1],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-2845', seed: 3, seconds: 8.6, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [[6_900_000, 'crash', 0, 3_000_000, 1], [7_257_107, 'crash', 1, 543_309, 0]],
    points: [],
  },
  {
    card: 'ZOOKEEPER-3911', seed: 1, seconds: 6.1, servers: 3, isLossy: false, breaks: 'ZAB-12',
    faults: [[4_900_000, 'crash', 2, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'ZOOKEEPER-4643', seed: 10, seconds: 13.1, servers: 3, isLossy: false, breaks: 'ZAB-8',
    faults: [[7_600_000, 'crashAll', 1, 1_000_000, 2]],
    points: [
      [2, 'COMMIT sent to one', 1, 1_861_363], [1, 'acceptedEpoch on disk, ACKEPOCH not sent', 1, -1],
      [0, 'currentEpoch on disk, NEWLEADER not acknowledged', 2, 2_748_016],
    ],
  },
  {
    card: 'ZOOKEEPER-4646', seed: 1, seconds: 6.1, servers: 3, isLossy: false, breaks: 'ZAB-12',
    faults: [[4_900_000, 'crash', 2, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'ZOOKEEPER-4685', seed: 6, seconds: 43.2, servers: 3, isLossy: true, breaks: 'ZAB-10',
    faults: [[29_000_000, 'crash', 2, 14_000_000, 0], [37_700_000, 'slowDisk', 0, 22_000_000, 2]],
    points: [],
  },
  {
    card: 'ZOOKEEPER-4394', seed: 13, seconds: 0.8, servers: 3, isLossy: false, breaks: 'ZAB-11',
    faults: [],
    points: [],
  },
  {
    card: 'ZOOKEEPER-4712', seed: 3, seconds: 7.6, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [[4_700_000, 'slowDisk', 2, 3_000_000, 0], [5_400_000, 'reset', 1, 0, 0]],
    points: [
      [0, 'acknowledged a proposal', 34, 2_562_880], [0, 'currentEpoch on disk, NEWLEADER not acknowledged', 2, 1_577_086],
    ],
  },
  {
    card: 'ZOOKEEPER-4785', seed: 1, seconds: 6.1, servers: 3, isLossy: false, breaks: 'ZAB-12',
    faults: [[4_900_000, 'crash', 2, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'ZOOKEEPER-4925', seed: 17, seconds: 11.1, servers: 3, isLossy: false, breaks: 'ZAB-4',
    faults: [
      [7_300_000, 'crash', 0, 2_000_000, 1], [8_900_000, 'reset', 2, 0, 0], [10_400_000, 'crash', 2, 1_000_000, 1],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-5094', seed: 221, seconds: 34.8, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [
      [3_057_932, 'slowDisk', 0, 2_188_686, 2], [3_379_619, 'isolate', 2, 5_756_511, 1], [6_815_749, 'crash', 0, 2_297_211, 2], [7_600_000, 'isolate', 0, 5_000_000, 1],
      [7_889_524, 'crash', 1, 1_344_682, 0], [9_900_000, 'isolate', 0, 1_000_000, 0], [12_436_231, 'crash', 0, 2_322_890, 1], [30_190_051, 'crash', 2, 1_913_248, 1],
      [30_500_000, 'slowDisk', 2, 3_000_000, 0], [31_800_000, 'slowDisk', 1, 3_000_000, 2], [32_400_000, 'reset', 1, 0, 0],
    ],
    points: [
      [2, 'logged, not acknowledged', 3, 1_061_301], [1, 'COMMIT sent to one', 14, -1], [1, 'COMMIT sent to one', 72, 59_680],
    ],
  },
  {
    card: 'ZOOKEEPER-3642', seed: 115, seconds: 47.3, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [
      [33_000_000, 'isolate', 1, 3_000_000, 0], [33_700_000, 'crash', 0, 1_000_000, 1], [34_200_000, 'crash', 2, 1_000_000, 1],
      [34_600_000, 'slowDisk', 2, 1_000_000, 1], [38_700_000, 'crash', 0, 1_000_000, 2], [39_803_500, 'crash', 2, 6_553_558, 1],
      [41_000_000, 'slowDisk', 2, 19_000_000, 0], [47_087_095, 'reset', 2, 0, 0],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-3701', seed: 27, seconds: 21.6, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [
      [7_000_000, 'isolate', 1, 1_000_000, 1], [7_980_189, 'crash', 2, 12_139_718, 0], [9_700_000, 'crash', 1, 1_000_000, 2], [10_200_000, 'isolate', 1, 1_000_000, 0],
      [13_300_000, 'crash', 1, 7_000_000, 2], [15_600_000, 'fullDisk', 0, 13_000_000, 0], [18_300_000, 'crash', 0, 1_000_000, 1],
      [19_900_000, 'slowDisk', 1, 3_000_000, 0],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-4352', seed: 1, seconds: 6.1, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [[4_900_000, 'crash', 2, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'ZOOKEEPER-2355', seed: 12, seconds: 3.1, servers: 3, isLossy: false, breaks: 'SES-2',
    faults: [],
    points: [],
  },
  {
    card: 'one-ack-too-few', seed: 1, seconds: 0.6, servers: 3, isLossy: false, breaks: 'ZAB-8',
    faults: [],
    points: [],
  },
  {
    card: 'forward-to-acked', seed: 4, seconds: 11.8, servers: 3, isLossy: true, breaks: 'ZAB-11',
    faults: [
      [3_300_000, 'crash', 2, 6_000_000, 0], [6_200_000, 'clog', 1, 1_000_000, 0], [7_100_000, 'cutOneWay', 1, 3_000_000, 0], [7_900_000, 'isolate', 1, 3_000_000, 0],
      [8_530_862, 'crash', 1, 650_959, 0], [9_600_000, 'slowDisk', 0, 3_000_000, 2],
    ],
    points: [],
  },
  {
    card: 'never-truncate', seed: 2, seconds: 29.1, servers: 3, isLossy: false, breaks: 'ZAB-10',
    faults: [
      [16_300_000, 'cut', 2, 1_000_000, 1], [23_700_000, 'crash', 0, 3_000_000, 1], [25_900_000, 'crash', 2, 3_000_000, 1],
    ],
    points: [],
  },
  {
    card: 'disk-forgets', seed: 6, seconds: 13.2, servers: 3, isLossy: true, breaks: 'ZAB-7',
    faults: [[10_520_751, 'crashAll', 1, 1_190_157, 2], [12_100_000, 'cut', 0, 1_000_000, 1]],
    points: [],
  },
  {
    card: 'accepted-epoch-volatile', seed: 1, seconds: 0.6, servers: 3, isLossy: false, breaks: 'FLE-2',
    faults: [],
    points: [],
  },
  {
    card: 'vote-by-id', seed: 1, seconds: 7.3, servers: 3, isLossy: false, breaks: 'FLE-4',
    faults: [[4_897_355, 'crash', 2, 2_235_531, 0], [6_700_000, 'crash', 1, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'vote-by-id-unrefused', seed: 1, seconds: 7.3, servers: 3, isLossy: false, breaks: 'FLE-4',
    faults: [[4_897_355, 'crash', 2, 2_235_531, 0], [6_700_000, 'crash', 1, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'vote-without-epoch', seed: 15, seconds: 9.6, servers: 3, isLossy: true, breaks: 'FLE-4',
    faults: [
      [4_554_308, 'crash', 1, 4_933_145, 2], [5_000_000, 'crash', 2, 1_000_000, 1], [5_500_000, 'pause', 0, 1_000_000, 0], [6_400_000, 'crash', 0, 2_000_000, 2],
    ],
    points: [],
  },
  {
    card: 'accept-older-epoch', seed: 217, seconds: 48.6, servers: 3, isLossy: true, breaks: 'FLE-2',
    faults: [
      [8_900_000, 'pause', 3, 3_000_000, 0], [9_069_427, 'crash', 1, 15_832_427, 0], [9_300_000, 'crash', 2, 1_000_000, 1], [10_309_555, 'crash', 0, 604_056, 1],
      [10_902_919, 'vanish', 3, 2_695_584, 0], [11_100_000, 'crash', 0, 1_000_000, 1], [11_400_000, 'crash', 1, 11_000_000, 0], [11_911_318, 'vanish', 5, 288_397, 0],
      [12_384_242, 'crash', 2, 4_073_141, 0], [13_400_000, 'slowDisk', 1, 11_000_000, 0], [13_795_490, 'crash', 1, 1_625_715, 0],
      [15_100_000, 'crash', 2, 1_000_000, 0], [16_311_127, 'crash', 1, 2_679_430, 0], [17_323_909, 'split', 0, 4_650_860, 36], [17_651_847, 'pause', 0, 2_871_073, 0],
      [18_000_000, 'crash', 0, 1_000_000, 1], [18_154_965, 'cutOneWay', 1, 2_209_639, 0], [18_300_000, 'cut', 1, 4_000_000, 0], [18_967_543, 'crash', 2, 1_593_841, 0],
      [19_189_876, 'isolate', 1, 5_323_284, 0], [19_481_670, 'vanish', 5, 728_173, 0], [19_617_361, 'pause', 0, 1_470_116, 0], [20_900_000, 'isolate', 2, 1_000_000, 1],
      [21_105_562, 'crash', 1, 2_839_591, 2], [21_398_097, 'vanish', 4, 2_422_813, 0], [21_500_000, 'bridge', 2, 2_000_000, 4], [21_800_000, 'pause', 2, 9_000_000, 0],
      [22_600_000, 'cutOneWay', 0, 5_000_000, 2], [22_688_945, 'crash', 0, 2_270_089, 2], [22_900_000, 'isolate', 1, 3_000_000, 0],
      [23_050_473, 'crash', 1, 23_053_089, 0], [23_430_276, 'clog', 0, 3_000_000, -1], [23_600_000, 'cut', 1, 1_000_000, 2], [24_700_000, 'crash', 1, 1_000_000, 2],
      [25_900_000, 'crash', 2, 11_000_000, 0], [26_058_126, 'crash', 0, 9_672_402, 2], [26_300_000, 'slowDisk', 0, 1_000_000, 2],
      [26_400_000, 'split', 0, 1_000_000, 39], [26_700_000, 'split', 0, 1_000_000, 6], [26_939_264, 'crash', 2, 6_257_152, 0], [27_200_000, 'vanish', 5, 3_000_000, 0],
      [27_657_783, 'vanish', 4, 2_672_889, 0], [27_800_000, 'crash', 1, 2_000_000, 0], [28_700_000, 'cutOneWay', 1, 3_000_000, 0],
      [29_800_000, 'crash', 2, 7_000_000, 1], [29_900_000, 'split', 0, 2_000_000, 32], [30_100_000, 'split', 0, 3_000_000, 47], [31_163_500, 'crash', 0, 10_180_896, 1],
      [31_443_073, 'clog', 2, 3_000_000, -1], [32_000_000, 'isolate', 1, 1_000_000, 1], [33_643_325, 'split', 0, 5_388_161, 55], [33_846_804, 'clog', 1, 2_405_426, -1],
      [34_900_000, 'split', 0, 3_000_000, 11], [35_100_000, 'isolate', 0, 1_000_000, 1], [35_400_000, 'crash', 2, 1_000_000, 0], [35_636_275, 'clog', 2, 1_427_886, -1],
      [35_800_000, 'split', 0, 1_000_000, 9], [35_900_000, 'crash', 1, 3_000_000, 2], [36_200_000, 'isolate', 0, 1_000_000, 1], [36_307_682, 'crash', 1, 1_498_768, 2],
      [37_000_000, 'crashAll', 1, 2_000_000, 2], [37_700_000, 'slowDisk', 0, 20_000_000, 2], [38_020_005, 'crash', 1, 2_077_072, 0],
      [38_400_000, 'cut', 0, 2_000_000, 2], [38_600_000, 'vanish', 4, 3_000_000, 0], [39_000_000, 'crash', 0, 3_000_000, 1], [39_289_595, 'cut', 0, 2_245_622, 2],
      [39_577_958, 'crashAll', 2, 5_390_577, 1], [40_900_000, 'isolate', 1, 1_000_000, 1], [41_495_515, 'crash', 0, 2_145_055, 1],
      [43_200_000, 'crashAll', 0, 6_000_000, 2], [44_165_606, 'crash', 2, 4_699_649, 1], [44_800_000, 'clog', 0, 1_000_000, 2],
      [45_500_000, 'crashAll', 0, 3_000_000, 2], [46_500_000, 'crashAll', 0, 1_000_000, 1], [46_800_000, 'crash', 1, 1_000_000, 2],
      [48_000_000, 'crash', 1, 1_000_000, 0],
    ],
    points: [],
  },
  {
    card: 'ack-before-flush', seed: 1, seconds: 0.6, servers: 3, isLossy: false, breaks: 'ZAB-12',
    faults: [],
    points: [],
  },
  {
    card: 'observers-count', seed: 38, seconds: 15.9, servers: 3, isLossy: true, breaks: 'ZAB-8',
    faults: [
      [3_479_603, 'pause', 2, 400_642, 0], [3_996_768, 'crash', 2, 2_203_512, 1], [4_854_278, 'reset', 3, 0, 0], [6_700_000, 'bridge', 1, 5_000_000, 24],
      [7_400_000, 'pause', 1, 3_000_000, 0], [9_477_151, 'crash', 1, 492_900, 4], [11_600_000, 'clog', 3, 3_000_000, 0], [12_731_779, 'crash', 2, 14_476_668, 0],
      [13_611_047, 'pause', 0, 2_247_475, 0], [14_144_554, 'crash', 0, 1_260_419, 2], [14_647_493, 'crash', 4, 255_669, 2],
    ],
    points: [
      [1, 'proposed, not logged by the leader', 3, 1_080_439], [0, 'logged, not acknowledged', 29, 689_225], [0, 'acknowledged a proposal', 36, 516_872],
    ],
  },
  {
    card: 'old-acks-count', seed: 7, seconds: 44.9, servers: 3, isLossy: false, breaks: 'ZAB-8',
    faults: [
      [3_200_000, 'slowDisk', 0, 3_000_000, 2], [3_500_000, 'slowDisk', 1, 3_000_000, 2], [4_100_000, 'reset', 1, 0, 0], [4_734_098, 'isolate', 2, 12_208_297, 0],
      [5_100_000, 'reset', 1, 0, 0], [6_623_870, 'crash', 0, 6_106_563, 2], [7_179_122, 'crash', 2, 13_193_949, 1], [7_600_000, 'isolate', 2, 3_000_000, 1],
      [8_263_683, 'crash', 1, 2_558_987, 2], [9_408_194, 'crash', 2, 5_908_980, 0], [12_200_000, 'isolate', 0, 5_000_000, 0], [13_949_258, 'crash', 1, 301_543, 2],
      [15_531_102, 'reset', 1, 0, 0], [17_500_000, 'slowDisk', 2, 6_000_000, 1], [18_400_000, 'slowDisk', 0, 1_000_000, 2], [19_100_000, 'reset', 4, 0, 0],
      [20_680_075, 'slowDisk', 0, 5_583_903, 2], [21_400_000, 'isolate', 2, 1_000_000, 0], [22_400_000, 'reset', 3, 0, 0], [22_600_000, 'isolate', 2, 2_000_000, 0],
      [24_020_871, 'crash', 2, 2_424_339, 1], [24_400_000, 'pause', 0, 16_000_000, 0], [27_084_323, 'crash', 1, 2_238_743, 2], [30_926_937, 'crash', 2, 4_194_981, 0],
      [32_221_609, 'crash', 0, 14_532_543, 1], [33_638_739, 'crash', 1, 2_348_425, 0], [35_400_000, 'crash', 2, 3_000_000, 0], [36_900_000, 'isolate', 1, 1_000_000, 1],
      [38_383_365, 'crash', 0, 2_414_234, 1], [38_700_000, 'slowDisk', 1, 13_000_000, 0], [41_200_000, 'slowDisk', 0, 1_000_000, 2], [43_234_437, 'reset', 5, 0, 0],
      [43_910_696, 'slowDisk', 2, 774_457, 0], [44_751_175, 'reset', 0, 0, 0],
    ],
    points: [
      [1, 'logged, not acknowledged', 4, 1_464_489], [2, 'proposed, not logged by the leader', 7, -1], [2, 'proposed, not logged by the leader', 54, 2_871_901],
    ],
  },
  {
    card: 'prepare-against-committed', seed: 1, seconds: 6.1, servers: 3, isLossy: true, breaks: 'TREE-2',
    faults: [
      [3_600_000, 'reset', 3, 0, 0], [4_900_000, 'crash', 2, 1_000_000, 0], [5_500_000, 'slowDisk', 0, 1_000_000, 2],
    ],
    points: [],
  },
  {
    card: 'suffix-from-children', seed: 2, seconds: 6.5, servers: 3, isLossy: false, breaks: 'TREE-4',
    faults: [],
    points: [],
  },
  {
    card: 'multi-in-parts', seed: 1, seconds: 1.1, servers: 3, isLossy: false, breaks: 'TREE-3',
    faults: [],
    points: [],
  },
  {
    card: 'version-ignored', seed: 2, seconds: 3.7, servers: 3, isLossy: true, breaks: 'TREE-2',
    faults: [],
    points: [],
  },
  {
    card: 'ephemeral-parent', seed: 1, seconds: 3.7, servers: 3, isLossy: false, breaks: 'TREE-5',
    faults: [],
    points: [],
  },
  {
    card: 'acl-ignored', seed: 9, seconds: 13, servers: 3, isLossy: false, breaks: 'TREE-6',
    faults: [[10_100_000, 'cut', 0, 1_000_000, 2]],
    points: [],
  },
  {
    card: 'expiry-early', seed: 2, seconds: 8.1, servers: 3, isLossy: true, breaks: 'SES-3',
    faults: [[3_600_000, 'vanish', 4, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'no-rearm', seed: 2, seconds: 10.1, servers: 3, isLossy: false, breaks: 'SES-3',
    faults: [[9_559_974, 'crash', 2, 1_477_787, 1]],
    points: [],
  },
  {
    card: 'moved-not-checked', seed: 473, seconds: 49.3, servers: 3, isLossy: false, breaks: 'SES-4',
    faults: [
      [8_600_000, 'vanish', 4, 3_000_000, 0], [9_639_750, 'vanish', 3, 322_564, 0], [15_040_111, 'vanish', 4, 2_150_655, 0], [15_900_000, 'reset', 5, 0, 0],
      [27_500_000, 'crash', 0, 1_000_000, 1], [44_700_000, 'crash', 2, 1_000_000, 1], [46_882_675, 'clog', 0, 2_292_698, 1], [47_945_173, 'reset', 4, 0, 0],
    ],
    points: [],
  },
  {
    card: 'closing-not-checked', seed: 191, seconds: 4.5, servers: 3, isLossy: false, breaks: 'SES-1',
    faults: [[3_100_000, 'slowDisk', 0, 1_000_000, 1], [3_959_091, 'slowDisk', 2, 1_293_751, 0]],
    points: [[1, 'COMMIT sent to one', 46, 1_996_281]],
  },
  {
    card: 'watch-stays', seed: 1, seconds: 2.9, servers: 3, isLossy: false, breaks: 'WAT-1',
    faults: [],
    points: [],
  },
  {
    card: 'reply-before-event', seed: 2, seconds: 4.7, servers: 3, isLossy: false, breaks: 'WAT-2',
    faults: [],
    points: [],
  },
  {
    card: 'delete-untold', seed: 1, seconds: 5.1, servers: 3, isLossy: false, breaks: 'WAT-2',
    faults: [],
    points: [],
  },
  {
    card: 'rearm-unchecked', seed: 9, seconds: 15.9, servers: 3, isLossy: true, breaks: 'WAT-5',
    faults: [[13_900_000, 'cutOneWay', 2, 3_000_000, 0], [15_750_117, 'crash', 0, 6_524_469, 2]],
    points: [],
  },
  {
    card: 'recursive-one-level', seed: 16, seconds: 6.7, servers: 3, isLossy: false, breaks: 'WAT-2',
    faults: [],
    points: [],
  },
  {
    card: 'reads-overtake', seed: 3, seconds: 6.4, servers: 3, isLossy: false, breaks: 'CLI-3',
    faults: [[3_600_000, 'cut', 1, 1_000_000, 2], [6_000_000, 'crash', 0, 1_000_000, 1]],
    points: [],
  },
  {
    card: 'older-server', seed: 175, seconds: 16.9, servers: 3, isLossy: false, breaks: 'CLI-1',
    faults: [
      [3_518_423, 'reset', 5, 0, 0], [4_214_863, 'cut', 2, 5_291_307, 0], [4_900_000, 'isolate', 2, 16_000_000, 0], [9_600_000, 'isolate', 0, 5_000_000, 1],
      [10_453_867, 'split', 0, 5_147_660, 13], [11_000_000, 'clog', 2, 3_000_000, 0], [11_913_491, 'split', 0, 557_361, 7], [12_800_000, 'isolate', 2, 1_000_000, 1],
      [13_200_000, 'pause', 1, 3_000_000, 0], [14_300_000, 'reset', 0, 0, 0], [16_000_000, 'reset', 2, 0, 0],
    ],
    points: [],
  },
  {
    card: 'reply-twice', seed: 1, seconds: 4.1, servers: 3, isLossy: false, breaks: 'CLI-3',
    faults: [],
    points: [],
  },
  {
    card: 'lock-first-seen', seed: 31, seconds: 20.2, servers: 3, isLossy: false, breaks: 'LOCK-1',
    faults: [[12_800_000, 'split', 0, 17_000_000, 38]],
    points: [],
  },
  {
    card: 'lock-unfenced', seed: 2, seconds: 8.9, servers: 3, isLossy: false, breaks: 'LOCK-2',
    faults: [
      [3_500_000, 'reset', 1, 0, 0], [6_400_000, 'reset', 1, 0, 0], [6_700_000, 'cut', 1, 2_000_000, 0], [7_500_000, 'reset', 0, 0, 0],
    ],
    points: [],
  },
  {
    card: 'FLINK-10333', seed: 11, seconds: 10.2, servers: 3, isLossy: true, breaks: 'CKP-5',
    faults: [[3_710_683, 'pause', 8, 4_180_645, 0], [6_300_000, 'isolate', 1, 3_000_000, 0]],
    points: [[2, 'proposed, not logged by the leader', 7, 2_699_318]],
  },
  {
    card: 'read-before-write', seed: 230, seconds: 9.3, servers: 3, isLossy: true, breaks: 'HA-2',
    faults: [[5_800_000, 'vanish', 5, 1_000_000, 0], [8_000_000, 'reset', 4, 0, 0]],
    points: [[2, 'COMMIT sent to one', 30, 2_149_721], [2, 'acknowledged a proposal', 4, 753_565]],
  },
  {
    card: 'counter-volatile', seed: 2, seconds: 20.6, servers: 3, isLossy: true, breaks: 'CKP-2',
    faults: [[17_400_000, 'split', 0, 1_000_000, 1019]],
    points: [],
  },
  {
    card: 'discard-on-unknown', seed: 2, seconds: 7.4, servers: 3, isLossy: false, breaks: 'CKP-1',
    faults: [],
    points: [[2, 'logged, not acknowledged', 34, 2_427_579]],
  },
  {
    card: 'complete-before-commit', seed: 18, seconds: 3.7, servers: 3, isLossy: true, breaks: 'CKP-4',
    faults: [],
    points: [
      [0, 'acknowledged a proposal', 4, -1], [2, 'logged, not acknowledged', 11, -1], [2, 'proposed, not logged by the leader', 27, 2_179_354],
    ],
  },
  {
    card: 'restart-while-unknown', seed: 18, seconds: 39, servers: 3, isLossy: false, breaks: 'HA-2',
    faults: [
      [7_300_000, 'vanish', 4, 1_000_000, 0], [26_159_434, 'vanish', 8, 6_183_555, 0], [35_000_000, 'split', 0, 15_000_000, 497],
    ],
    points: [],
  },
  {
    card: 'token-ignored', seed: 5, seconds: 20, servers: 3, isLossy: false, breaks: 'HA-3',
    faults: [[7_030_084, 'pause', 4, 12_866_393, 0]],
    points: [],
  },
  {
    card: 'latch-herd', seed: 4, seconds: 15.3, servers: 3, isLossy: false, breaks: 'HA-4',
    faults: [[14_100_000, 'vanish', 6, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'touches-dropped', seed: 1, seconds: 60.1, servers: 3, isLossy: false, breaks: 'SES-6',
    faults: [],
    points: [],
  },
  {
    card: 'lock-herd', seed: 1, seconds: 1, servers: 3, isLossy: false, breaks: 'LOCK-4',
    faults: [],
    points: [],
  },
  {
    card: 'pointer-before-data', seed: 1, seconds: 1.6, servers: 3, isLossy: false, breaks: 'CKP-1',
    faults: [],
    points: [],
  },
  {
    card: 'files-before-pointer', seed: 1, seconds: 2.6, servers: 3, isLossy: false, breaks: 'CKP-6',
    faults: [],
    points: [],
  },
  {
    card: 'ZOOKEEPER-1675', seed: 73, seconds: 25.2, servers: 3, isLossy: true, breaks: 'LIN-2',
    faults: [
      [3_100_000, 'reset', 5, 0, 0], [3_800_000, 'clog', 1, 3_000_000, 2], [5_500_000, 'bridge', 2, 12_000_000, 4], [6_685_141, 'cut', 2, 2_110_363, 1],
      [7_100_000, 'clog', 2, 3_000_000, 0], [7_400_000, 'reset', 3, 0, 0], [8_500_000, 'split', 0, 3_000_000, 110], [9_100_000, 'bridge', 2, 1_000_000, 2],
      [10_200_000, 'clog', 2, 3_000_000, -1], [10_895_097, 'split', 0, 218_188, 36], [11_428_800, 'clog', 0, 1_730_072, -1], [12_800_342, 'clog', 1, 2_551_041, -1],
      [14_300_000, 'reset', 3, 0, 0], [14_800_000, 'bridge', 1, 1_000_000, 3], [16_000_000, 'cut', 1, 1_000_000, 0], [18_600_000, 'cut', 1, 3_000_000, 2],
      [19_400_000, 'clog', 2, 1_000_000, -1], [20_000_000, 'split', 0, 3_000_000, 81], [22_000_000, 'clog', 0, 3_000_000, -1], [22_400_000, 'pause', 6, 1_000_000, 0],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-3144', seed: 14, seconds: 54.7, servers: 3, isLossy: false, breaks: 'ZAB-14',
    faults: [
      [8_800_000, 'crash', 1, 1_000_000, 0], [29_500_000, 'vanish', 5, 1_000_000, 0], [42_901_762, 'vanish', 5, 284_726, 0],
      [43_500_000, 'vanish', 5, 6_000_000, 0], [44_100_000, 'vanish', 4, 1_000_000, 0], [50_222_073, 'pause', 1, 2_349_637, 0],
      [51_200_000, 'vanish', 3, 3_000_000, 0], [53_500_000, 'crash', 1, 1_000_000, 2],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-5010', seed: 4, seconds: 2.9, servers: 3, isLossy: false, breaks: 'ZAB-2',
    faults: [],
    points: [
      [1, 'logged, not acknowledged', 1, -1], [1, 'proposed, not logged by the leader', 3, 1_866_780], [0, 'LEADERINFO sent to one', 1, 1_864_639],
    ],
  },
  {
    card: 'vote-without-epoch-unrefused', seed: 15, seconds: 9.6, servers: 3, isLossy: true, breaks: 'FLE-4',
    faults: [
      [4_554_308, 'crash', 1, 4_933_145, 2], [5_000_000, 'crash', 2, 1_000_000, 1], [5_500_000, 'pause', 0, 1_000_000, 0],
      [6_400_000, 'crash', 0, 2_000_000, 2],
    ],
    points: [],
  },
  {
    card: 'ZOOKEEPER-1805', seed: 315, seconds: 62, servers: 3, isLossy: true, breaks: 'FLE-6',
    faults: [
      [20_700_000, 'clog', 2, 3_000_000, 1], [21_410_078, 'clog', 0, 1_472_336, 2], [22_100_000, 'reset', 0, 0, 0],
      [22_400_000, 'reset', 1, 0, 0], [23_600_000, 'pause', 2, 1_000_000, 0], [56_500_000, 'reset', 0, 0, 0],
    ],
    points: [],
  },
  {
    card: 'KIP-101', seed: 17, seconds: 10.6, servers: 3, isLossy: true, breaks: 'REP-3',
    faults: [],
    points: [
      [2, 'COMMIT sent to one', 15, 2_235_710], [6, 'a leader has moved the high watermark and told nobody', 3, -1],
      [1, 'proposed, not logged by the leader', 39, 831_352], [6, 'the controller has asked for a new state and told nobody', 4, 2_481_157],
      [2, 'COMMIT sent to one', 21, -1], [2, 'COMMIT sent to one', 74, -1], [2, 'logged, not acknowledged', 54, 202_305],
    ],
  },
  {
    card: 'KIP-279', seed: 16, seconds: 12.8, servers: 3, isLossy: true, breaks: 'REP-4',
    faults: [[4_181_922, 'crash', 4, 2_030_475, 0], [9_200_000, 'cutOneWay', 4, 1_000_000, 2], [11_600_000, 'crash', 5, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'KIP-207', seed: 102, seconds: 13.8, servers: 3, isLossy: true, breaks: 'KAF-5',
    faults: [
      [3_631_890, 'crash', 6, 103_254, 0], [6_359_975, 'crash', 4, 37_529, 0], [9_223_529, 'split', 0, 3_022_653, 1208],
      [10_700_000, 'reset', 6, 0, 0], [12_400_000, 'crash', 1, 1_000_000, 2],
    ],
    points: [],
  },
  {
    card: 'ISR-RACE', seed: 6, seconds: 2.7, servers: 3, isLossy: true, breaks: 'REP-3',
    faults: [],
    points: [],
  },
  {
    card: 'KIP-966', seed: 2, seconds: 0.7, servers: 3, isLossy: true, breaks: 'REP-4',
    faults: [],
    points: [],
  },
  {
    card: 'MIN-ISR-OF-ONE', seed: 2, seconds: 0.7, servers: 3, isLossy: true, breaks: 'REP-4',
    faults: [],
    points: [],
  },
  {
    card: 'UNCLEAN-ELECTION', seed: 12, seconds: 30.2, servers: 3, isLossy: true, breaks: 'REP-7',
    faults: [
      [5_694_870, 'crash', 5, 5_561_141, 0], [10_589_315, 'crash', 5, 148_460, 0], [20_109_969, 'pause', 6, 12_690_279, 0],
      [21_699_893, 'crash', 4, 754_569, 0], [24_700_000, 'vanish', 5, 1_000_000, 0],
    ],
    points: [],
  },
  {
    card: 'KIP-380', seed: 9, seconds: 12.2, servers: 3, isLossy: true, breaks: 'REP-3',
    faults: [[5_900_000, 'crash', 6, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'KAFKA-6082', seed: 36, seconds: 33.1, servers: 3, isLossy: false, breaks: 'CTL-1',
    faults: [
      [5_200_000, 'cut', 2, 1_000_000, 1], [11_400_000, 'isolate', 6, 1_000_000, 1], [14_500_000, 'isolate', 2, 15_000_000, 0],
      [16_352_566, 'pause', 4, 16_598_129, 0], [19_716_466, 'cutOneWay', 6, 116_095, 4], [25_800_000, 'isolate', 2, 1_000_000, 0],
      [32_800_000, 'cutOneWay', 5, 1_000_000, 4],
    ],
    points: [],
  },
  {
    card: 'KIP-890', seed: 8, seconds: 3.9, servers: 3, isLossy: false, breaks: 'TXN-1',
    faults: [],
    points: [],
  },
  {
    card: 'KIP-1228', seed: 29, seconds: 17.1, servers: 3, isLossy: false, breaks: 'TXN-1',
    faults: [],
    points: [],
  },
  {
    card: 'ZOMBIE-PRODUCER', seed: 7, seconds: 1.3, servers: 3, isLossy: false, breaks: 'TXN-3',
    faults: [],
    points: [],
  },
  {
    card: 'ZOMBIE-CONSUMER', seed: 10, seconds: 16.4, servers: 3, isLossy: true, breaks: 'ASG-3',
    faults: [[12_900_000, 'clog', 6, 3_000_000, -1]],
    points: [],
  },
  {
    card: 'no-divergence-check', seed: 5, seconds: 14.2, servers: 3, isLossy: false, breaks: 'REP-4',
    faults: [[5_459_783, 'cut', 4, 70_320, 5], [6_300_000, 'split', 0, 3_000_000, 49248], [7_500_000, 'crash', 4, 1_000_000, 0]],
    points: [],
  },
  {
    card: 'ack-before-high-watermark', seed: 1, seconds: 0.7, servers: 3, isLossy: false, breaks: 'KAF-2',
    faults: [],
    points: [],
  },
  {
    card: 'high-watermark-of-leader', seed: 3, seconds: 0.8, servers: 3, isLossy: false, breaks: 'REP-4',
    faults: [],
    points: [],
  },
  {
    card: 'joins-behind', seed: 7, seconds: 45.1, servers: 3, isLossy: true, breaks: 'REP-3',
    faults: [
      [32_114_502, 'cutOneWay', 1, 313_735, 2], [32_940_897, 'cut', 4, 1_950_655, 6], [36_323_226, 'clog', 4, 697_730, -1],
      [37_595_616, 'clog', 4, 1_420_176, 5], [41_154_065, 'cut', 4, 99_812, 2], [42_325_961, 'isolate', 6, 2_544_544, 1],
      [44_300_000, 'cutOneWay', 2, 1_000_000, 1],
    ],
    points: [],
  },
  {
    card: 'reads-beyond', seed: 3, seconds: 1, servers: 3, isLossy: true, breaks: 'KAF-1',
    faults: [],
    points: [],
  },
  {
    card: 'sequence-ignored', seed: 1, seconds: 1, servers: 3, isLossy: false, breaks: 'KAF-3',
    faults: [],
    points: [],
  },
  {
    card: 'followers-forget-producers', seed: 5, seconds: 10.5, servers: 3, isLossy: true, breaks: 'CMP-1',
    faults: [[4_000_000, 'clog', 4, 3_000_000, 6]],
    points: [],
  },
  {
    card: 'producers-untruncated', seed: 5, seconds: 15.2, servers: 3, isLossy: true, breaks: 'KAF-2',
    faults: [
      [3_616_004, 'crash', 4, 38_743, 0], [4_039_967, 'crash', 2, 4_097_235, 1], [4_381_360, 'isolate', 4, 14_061_216, 1],
      [4_663_283, 'crashAll', 1, 130_613, 0], [11_126_031, 'cutOneWay', 6, 140_680, 1], [11_400_000, 'pause', 4, 1_000_000, 0],
      [11_799_150, 'crash', 5, 19_345, 0], [14_850_549, 'crash', 6, 17_545, 0],
    ],
    points: [],
  },
  {
    card: 'stable-offset-ignored', seed: 5, seconds: 1.3, servers: 3, isLossy: true, breaks: 'TXN-2',
    faults: [],
    points: [],
  },
  {
    card: 'aborted-untold', seed: 1, seconds: 1, servers: 3, isLossy: false, breaks: 'TXN-2',
    faults: [],
    points: [],
  },
  {
    card: 'revoked-late', seed: 1, seconds: 3.8, servers: 3, isLossy: false, breaks: 'ASG-1',
    faults: [],
    points: [],
  },
  {
    card: 'moved-at-once', seed: 8, seconds: 3.6, servers: 3, isLossy: true, breaks: 'ASG-1',
    faults: [],
    points: [],
  },
  {
    card: 'compacts-to-oldest', seed: 5, seconds: 5.4, servers: 3, isLossy: false, breaks: 'CMP-1',
    faults: [],
    points: [],
  },
  {
    card: 'compacts-open', seed: 18, seconds: 30.5, servers: 3, isLossy: true, breaks: 'CMP-1',
    faults: [[28_600_000, 'crash', 0, 3_000_000, 1]],
    points: [],
  },
  {
    card: 'tombstones-at-once', seed: 4, seconds: 5.3, servers: 3, isLossy: false, breaks: 'CMP-1',
    faults: [[4_300_000, 'cutOneWay', 4, 1_000_000, 5]],
    points: [],
  },
  {
    card: 'retention-beyond-stable', seed: 19, seconds: 20.4, servers: 3, isLossy: true, breaks: 'RET-1',
    faults: [[4_963_069, 'crash', 4, 88_909, 0], [9_800_000, 'crash', 2, 1_000_000, 0]],
    points: [
      [4, 'the controller has asked for a new state and told nobody', 7, 384_407], [1, 'logged, not acknowledged', 56, 753_880],
      [1, 'logged, not acknowledged', 100, 542_133], [4, 'the controller has asked for a new state and told nobody', 21, 988_535],
    ],
  },
  {
    card: 'markers-unawaited', seed: 166, seconds: 13.5, servers: 3, isLossy: true, breaks: 'TXN-1',
    faults: [
      [3_804_821, 'crash', 5, 77_418, 0], [3_997_215, 'isolate', 6, 99_053, 1], [4_471_991, 'reset', 4, 0, 0],
      [5_726_116, 'split', 0, 50_731, 61230], [6_900_000, 'cutOneWay', 6, 1_000_000, 4], [7_100_000, 'cut', 4, 1_000_000, 6],
      [7_457_749, 'split', 0, 39_320, 23054], [9_020_224, 'crash', 0, 65_126, 1], [9_308_509, 'crash', 4, 125_066, 0],
      [10_514_891, 'crash', 4, 2_828_743, 0],
    ],
    points: [],
  },
]

export function scheduleOf(card: string): Schedule | null {
  return minimalSchedules.find((schedule) => schedule.card === card) ?? null
}
