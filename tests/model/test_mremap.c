/*
 * mremap(): errors, resizing, moves, several areas at once, page tables, undo.
 * The language of the rows: tests/build_calls.h.
 */
#include "tests/build_calls.h"
#include "tests/test.h"

#include "model/file.h"
#include "model/folio.h"
#include "model/memory.h"
#include "model/move_page_tables.h"
#include "model/rmap.h"
#include "model/syscalls.h"
#include "model/userfaultfd.h"

static const struct calls_case parameters[] = {
	{ "mremap: unknown flag", "map 0 1; remap 0 1 2 m? = EINVAL", "a" },
	{ "mremap: not aligned", "map 0 1; remap 0+ 1 1 - = EINVAL", "a" },
	{ "mremap: to nothing", "map 0 1; remap 0 1 0 - = EINVAL; remap 0 1 ~ - = EINVAL", "a" },
	{ "mremap: longer than all", "map 0 1; remap 0 1 0x800000000 m = EINVAL", "a" },
	{ "mremap: destination beyond the top", "map 0 1; remap 0 1 2 mf top-1 = EINVAL", "a" },
	{ "mremap: destination not aligned", "map 0 1; remap 0 1 1 mf 5+ = EINVAL", "a" },
	{ "mremap: fixed without maymove", "map 0 1; remap 0 1 1 f 5 = EINVAL", "a" },
	{ "mremap: dontunmap without maymove", "map 0 1; remap 0 1 1 d 5 = EINVAL", "a" },
	{ "mremap: dontunmap and another size", "map 0 2; remap 0 2 1 md 5 = EINVAL", "aa" },
	{ "mremap: overlap",
	  "map 0 2; remap 0 2 2 mf 1 = EINVAL; remap 0 2 3 mf 1 = EINVAL; "
	  "remap 0 2 2 mf 0 = EINVAL", "aa" },
	{ "mremap: a hint is looked at as well",
	  "map 0 2; remap 0 2 2 md 5+ = EINVAL; remap 0 2 2 md 1 = EINVAL; "
	  "remap 0 2 2 md top = EINVAL", "aa" },
	{ "mremap: too many areas for a destination",
	  "map 0 2; set maps 6; remap 0 2 2 mf 5 = ENOMEM; set maps 7; "
	  "remap 0 2 2 mf 5 = 5", ".....aa" },
	{ "mremap: too many areas for a move",
	  "map 0 2; map 2 1 r; set maps 5; remap 0 2 3 m = ENOMEM; set maps 6; "
	  "remap 0 2 3 m", "..a" },

	{ "mremap: nothing there",
	  "remap 0 1 1 - = EFAULT; remap 0 1 2 m = EFAULT; remap 0 1 1 mf 5 = EFAULT", "." },
	{ "mremap: all wrong, nothing unmapped",
	  "map 5 2; remap 0 2 3 mf 5 = EFAULT; map 0 1; remap 0 2 3 mf 5 = EFAULT", "a....bb" },
	{ "mremap: past the end of the area", "map 0 1; remap 0 2 3 m = EFAULT", "a" },
	{ "mremap: past the end of one area into another",
	  "map 0 1; map 1 1 r; remap 0 2 3 m = EFAULT; remap 0 2 2 md = EFAULT", "ab" },
	{ "mremap: private memory has no double", "map 0 1; remap 0 0 1 m = EINVAL", "a" },
	{ "mremap: locked memory beyond the limit",
	  "map 0 2; lock 0 2; set memlock 2; remap 0 2 3 m = EAGAIN; remap 0 2 2 mf 5",
	  ".....AA" },
	{ "mremap: more than the process may have",
	  "map 0 2; set as 2; remap 0 2 3 m = ENOMEM; remap 0 2 2 mf 5; "
	  "remap 5 2 2 md = ENOMEM", ".....aa" },
	{ "mremap: more data than the process may have",
	  "map 0 2; set data 2; remap 0 2 3 - = ENOMEM", "aa" },
	{ "mremap: a promise beyond all memory",
	  "map 0 1; remap 0 1 0x200000 - = ENOMEM; committed = 1", "a." },
};

static const struct calls_case resizes[] = {
	{ "mremap: no change", "map 0 2; remap 0 2 2 - = 0; remap 0 2 2 m = 0", "aa" },
	{ "mremap: no change, over holes and others",
	  "map 0 1; map 2 1; remap 0 9 9 - = 0", "a.b" },
	{ "mremap: shrink", "map 0 4; w 0 4; remap 0 4 1 - = 0; rss = 1; committed = 1", "A..." },
	{ "mremap: shrink in the middle", "map 0 4; remap 0 3 1 - = 0", "a..b" },
	{ "mremap: shrink over other areas and holes",
	  "map 0 1; map 2 1; map 4 1 r; remap 0 6 1 - = 0", "a....." },
	{ "mremap: shrink, nothing behind", "map 0 1; remap 0 4 1 - = 0", "a..." },
	{ "mremap: shrink past the top", "map 0 1; remap 0 0x7fffffff0 1 - = EINVAL", "a" },
	{ "mremap: shrink what leaves a tail at the limit of areas",
	  "map 0 4; set maps 1; remap 0 3 1 - = ENOMEM; remap 0 4 1 - = 0", "a..." },
	{ "mremap: shrink into a sealed tail",
	  "map 0 4; map 2 1 r; seal 2 1; remap 0 4 1 - = EPERM; maps = 4", "abcd" },
	{ "mremap: grow in place",
	  "map 0 2; w 0; remap 0 2 4 - = 0; committed = 4; total = 4; r 0 = 0", "AAAA" },
	{ "mremap: grow in place, from the middle of the area",
	  "map 0 2; remap 1 1 3 - = 1", "aaaa" },
	{ "mremap: grow in place and swallow the next",
	  "map 0 3; unmap 1 1; remap 0 1 2 - = 0; maps = 1", "aaa" },
	{ "mremap: grow in place up to what does not fit",
	  "map 0 1; map 2 1 r; remap 0 1 2 - = 0", "aab" },
	{ "mremap: no room, may not move", "map 0 1; map 1 1 r; remap 0 1 2 - = ENOMEM", "ab" },
	{ "mremap: not the end of the area, may not move",
	  "map 0 4; remap 0 2 4 - = ENOMEM", "aaaa" },
	{ "mremap: not the end of the area: the part moves",
	  "map 0 4; w 0 4; remap 0 2 4 m; rss = 4", "..AA" },
	{ "mremap: up to a stack's first page",
	  "map 0 1; map 2 2 rw g; remap 0 1 2 - = 0", "aabb" },
	{ "mremap: locked memory that grows is populated",
	  "map 0 2; lock 0 2; remap 0 2 4 - = 0; rss = 4; locked = 4", "AAAA" },
	{ "mremap: locked memory that moves and grows is populated",
	  "map 0 2; lock 0 2; remap 0 2 4 mf 10; rss = 4; locked = 4", "..........AAAA" },
	{ "mremap: what a fork gave grows over what is fresh behind",
	  "map 0 3; w 0; fork; map 4 2; remap 0 3 4 - = 0; maps = 1", "AAAAAA" },
	{ "mmap: but mmap does not let it", "map 0 3; w 0; fork; map 4 2; map 3 1", "AAAbbb" },
};

static const struct calls_case moves[] = {
	{ "mremap: move",
	  "map 0 2; w 0 2; remap 0 2 2 mf 10 = 10; r 11 = 1; rss = 2; committed = 2; "
	  "total = 2; pgoff 10 = 0", "..........AA" },
	{ "mremap: move what was never touched: its index is reset",
	  "map 0 2; remap 0 2 2 mf 10 = 10; pgoff 10 = 10", "..........aa" },
	{ "mremap: touched and dropped again is still touched",
	  "map 0 2; w 0; advise 0 2 dontneed; remap 0 2 2 mf 10; pgoff 10 = 0", "..........AA" },
	{ "mremap: only read: as if untouched",
	  "map 0 2; r 0; remap 0 2 2 mf 10; pgoff 10 = 10", "..........aa" },
	{ "mremap: a private file keeps its index",
	  "file 0 4 8; remap 1 2 2 mf 10; index 10 = 9; remap 10 2 2 mf 20; index 21 = 10",
	  "a..b................cc" },
	{ "mremap: the middle of an area",
	  "map 0 6; w 0 6; remap 2 2 2 mf 10; r 11 = 3; r 2 = SEGV", NULL },
	{ "mremap: the middle of an area: what stays",
	  "map 0 6; w 0 6; remap 2 2 2 mf 10; rss = 6; committed = 6", "AA..BB....CC" },
	{ "mremap: and back into its hole",
	  "map 0 6; w 0 6; remap 2 2 2 mf 10; remap 10 2 2 mf 2; maps = 1; r 3 = 3",
	  "AAAAAA......" },
	{ "mremap: two faulted areas at a distance never merge",
	  "map 0 2; map 10 2; w 0; w 10; remap 10 2 2 mf 2", "AABB" },
	{ "mremap: an unfaulted one merges anywhere",
	  "map 0 2; map 10 2; w 0; remap 10 2 2 mf 2; maps = 1", "AAAA" },
	{ "mremap: part of an unfaulted area merges with the rest",
	  "map 0 10; remap 2 2 2 mf 10", "aa..bbbbbbbb" },
	{ "mremap: within one area",
	  "map 0 10; w 0 10; remap 0 2 2 mf 4; r 5 = 1; r 4 = 0; r 6 = 6; r 2 = 2; "
	  "rss = 8", "..AABBCCCC" },
	{ "mremap: over others",
	  "map 0 2; map 4 2 r; map 6 2; w 0 2; w 6 2; remap 0 2 2 mf 5; r 6 = 1; r 7 = 7",
	  "....aBBC" },
	{ "mremap: move and shrink",
	  "map 0 4; w 0 4; remap 0 4 2 mf 10; rss = 2; total = 2; r 11 = 1", "..........AA" },
	{ "mremap: move and grow",
	  "map 0 2; w 0 2; remap 0 2 4 mf 10; rss = 2; total = 4; committed = 4; r 13 = 0",
	  "..........AAAA" },
	{ "mremap: unfaulted to faulted",
	  "map 1 5; map 7 5; remap 7 5 5 mf 107; w 1; remap 107 5 5 mf 6", ".AAAAAAAAAA" },
	{ "mremap: unfaulted behind faulted",
	  "map 6 5; map 14 5; remap 14 5 5 mf 114; w 6; remap 114 5 5 mf 1", ".AAAAAAAAAA" },
	{ "mremap: unfaulted between faulted",
	  "map 1 5; map 7 5; map 14 5; remap 14 5 5 mf 214; remap 7 5 5 mf 107; w 1; "
	  "w 214; remap 214 5 5 mf 11; remap 107 5 5 mf 6", ".AAAAAAAAAABBBBB" },
	{ "mremap: unfaulted between faulted and unfaulted",
	  "map 1 5; map 7 5; map 14 5; remap 14 5 5 mf 214; remap 7 5 5 mf 107; w 1; "
	  "remap 214 5 5 mf 11; remap 107 5 5 mf 6", ".AAAAAAAAAAAAAAA" },
	{ "mremap: unfaulted between correctly placed faulted",
	  "map 1 15; w 1; unmap 6 5; map 20 5; remap 20 5 5 mf 6; unmap 20 5",
	  ".AAAAAAAAAAAAAAA" },
	{ "mremap: correctly placed faulted",
	  "map 1 15; w 1; remap 11 5 5 mf 211; remap 6 5 5 mf 106; remap 106 5 5 mf 6; "
	  "remap 1 5 5 mf 101; remap 101 5 5 mf 1; remap 1 5 5 mf 101; "
	  "remap 211 5 5 mf 11; remap 101 5 5 mf 1; maps = 1", ".AAAAAAAAAAAAAAA" },
	{ "mremap: a stack", "map 4 2 rw g; w 5; remap 4 2 2 mf 1; r 2 = 5", ".AA" },
	{ "mremap: shared memory", "map 0 2 rw s; w 0 2; remap 0 2 2 mf 5; r 6 = 1", ".....aa" },
	{ "mremap: a double of shared memory",
	  "map 0 2 rw s; w 0 2; remap 0 0 2 m 5; remap 0 0 2 mf 5; r 6 = 1; w 6; r 1 = 6",
	  "aa...bb" },
	{ "mremap: a double needs maymove", "map 0 2 rw s; remap 0 0 2 - = ENOMEM", "aa" },
	{ "mremap: a double of a part, longer",
	  "file 0 4 0 rw s; w 3; remap 1 0 3 mf 10; r 12 = 3; index 10 = 1", "aaaa......bbb" },
	{ "mremap: a double onto the original: both are gone",
	  "map 0 2 rw s; remap 0 0 2 mf 0 = EFAULT", ".." },
	{ "mremap: a double around the original overlaps",
	  "map 2 2 rw s; remap 2 0 4 mf 0 = EINVAL", "..aa" },
};

static const struct calls_case forks[] = {
	{ "fork, unforked: moved between: all one",
	  "map 4 3; w 4; remap 4 3 3 mf 20; map 1 3; remap 20 3 3 mfd 4; unmap 20 3", ".AAAAAA" },
	{ "fork: moved beside what is fresh: two",
	  "map 4 3; w 4; fork; remap 4 3 3 mf 20; map 1 3; remap 20 3 3 mfd 4; unmap 20 3",
	  ".aaaBBB" },
	{ "fork: fresh behind: two",
	  "map 1 3; w 1; fork; remap 1 3 3 mf 20; map 4 3; remap 20 3 3 mfd 1; unmap 20 3",
	  ".AAAbbb" },
	{ "fork: fresh at both sides: three",
	  "map 4 3; w 4; fork; remap 4 3 3 mf 20; map 1 3; map 7 3; remap 20 3 3 mfd 4; "
	  "unmap 20 3", ".aaaBBBccc" },
	{ "fork: back to its other half",
	  "map 4 6; w 4; fork; remap 4 3 3 mf 20; map 1 3; remap 20 3 3 mfd 4; unmap 20 3",
	  ".aaaBBBBBB" },
	{ "fork: moved memory is copied",
	  "map 0 2; w 0 2; remap 0 2 2 mf 10; fork; w 10; r 11 = 1", "..........AA" },
	{ "fork: the child moves what both map",
	  "map 0 2; w 0 2; fork; remap 0 2 2 mf 10; w 11; r 10 = 0", "..........AA" },
};

static const struct calls_case dontunmaps[] = {
	{ "dontunmap: whole: the old area is as new",
	  "map 0 2; w 0 2; remap 0 2 2 mfd 10; r 0 = 0; r 11 = 1; committed = 4; "
	  "total = 4; rss = 2", "aa........BB" },
	{ "dontunmap: and its index is reset only by the next move",
	  "map 0 2; w 0; remap 0 2 2 mfd 10; remap 10 2 2 mf 20; pgoff 0 = 0; "
	  "remap 0 2 2 mf 30; pgoff 30 = 30; pgoff 20 = 0", NULL },
	{ "dontunmap: part: the area keeps its anon_vma",
	  "map 0 4; w 0 4; remap 1 2 2 mfd 10; r 1 = 0; r 3 = 3; maps = 2", "AAAA......BB" },
	{ "dontunmap: a hint that is taken",
	  "map 0 2; w 0; remap 0 2 2 md 10 = 10", "aa........BB" },
	{ "dontunmap: a hint that is not free",
	  "map 0 2; map 10 1; w 0; remap 0 2 2 md 10; maps = 3", "aa" },
	{ "dontunmap: locks go with the pages, the count stays",
	  "map 0 2; lock 0 2; remap 0 2 2 mfd 10; locked = 4; flag 0 lo = 0; "
	  "flag 10 lo = 1; unmap 10 2; locked = 2; unmap 0 2; locked = 2; map 0 2; "
	  "map 10 2", NULL },
	{ "dontunmap: shared memory still shows",
	  "map 0 2 rw s; w 0 2; remap 0 2 2 mfd 10; r 0 = 0; r 1 = 1", "aa........bb" },
	{ "dontunmap: an unfaulted area beside itself is one",
	  "map 0 2; remap 0 2 2 mfd 2; maps = 1; committed = 4", "aaaa" },
	{ "dontunmap: locked, unfaulted, beside itself: the lock is gone, the count is not",
	  "map 0 2; lockfault 0 2; remap 0 2 2 mfd 2; flag 0 lo = 0; locked = 4", NULL },
	{ "dontunmap: over several areas",
	  "map 0 1; map 2 1; w 0; w 2; remap 0 3 3 mfd 10; r 12 = 2; r 2 = 0; maps = 4",
	  "a.b.......C.D" },
};

static const struct calls_case several[] = {
	{ "mremap: several, holes keep their width",
	  "map 0 1; map 2 1; map 4 2; w 0; w 2; w 4 2; remap 0 6 6 mf 10 = 10; r 12 = 2; "
	  "r 15 = 5", "..........A.B.CC" },
	{ "mremap: several, what lies where the holes are stays",
	  "map 0 1; map 2 1; map 11 1; w 11; w 2; remap 0 3 3 mf 10; r 11 = 11; r 12 = 2",
	  "..........AAB" },
	{ "mremap: several, first and last in part",
	  "map 0 4; map 5 4; w 0 4; w 5 4; remap 2 5 5 mf 20; r 23 = 5; r 0 = 0; r 8 = 8",
	  "AA.....BB...........CC.DD" },
	{ "mremap: several, a hole at the start",
	  "map 1 1; map 3 1; remap 0 4 4 mf 10 = EFAULT", ".a.b" },
	{ "mremap: several, a hole at the end",
	  "map 0 1; map 2 1; remap 0 8 8 mf 10 = 10", "..........a.b" },
	{ "mremap: one, and a hole behind",
	  "map 0 1; remap 0 8 8 mf 10 = 10", "..........a......." },
	{ "mremap: several and another size",
	  "map 0 1; map 1 1 r; remap 0 2 3 mf 10 = EFAULT; remap 0 2 3 m = EFAULT", "ab" },
	{ "mremap: several, shrinking into the first: only that moves",
	  "map 0 1; map 2 1; remap 0 3 1 mf 10 = 10; maps = 1", "..........a" },
	{ "mremap: several, sealed later",
	  "map 0 1; map 2 1; map 4 1; seal 2 1; remap 0 5 5 mf 10 = EPERM", "..a.b.....c" },
	{ "mremap: several become neighbours of their like",
	  "map 0 1; map 2 1 r; map 4 1; remap 0 5 5 mf 10; prot 12 1 rw; "
	  "remap 12 3 3 mf 20", NULL },
	{ "mremap: to and fro",
	  "map 0 1; map 2 1; map 4 2; map 6 1 r; map 8 1; map 10 1; w 0; w 2; w 4 2; "
	  "w 10; remap 0 11 11 mf 20; remap 20 11 11 mf 31; map 0 11 none; "
	  "remap 31 11 11 mf 0; r 0 = 0; r 2 = 2; r 5 = 5; r 10 = 10; r 3 = SEGV", NULL },
};

/* Page 512 is the first of the second PTE table, 262144 that of the second PMD table. */
static const struct calls_case tables[] = {
	{ "tables: aligned: the table itself moves",
	  "map 0 512; w 7; keep 0; remap 0 512 512 mf 1024; kept 1024 = 1; levels 0 = 3; "
	  "r 1031 = 7", NULL },
	{ "tables: not aligned alike: entry by entry",
	  "map 0 512; w 7; keep 0; remap 0 512 512 mf 1025; kept 1025 = 0; r 1032 = 7", NULL },
	{ "tables: less than a table: entry by entry",
	  "map 0 511; w 7; keep 0; remap 0 511 511 mf 1024; kept 1024 = 0; r 1031 = 7", NULL },
	{ "tables: several",
	  "map 0 1536; w 0; w 600; w 1535; keep 512; remap 0 1536 1536 mf 2048; "
	  "kept 2560 = 1; r 2648 = 600; r 3583 = 1535", NULL },
	{ "tables: an offset that both have: moved back to the boundary",
	  "map 100 1024; w 100; keep 100; remap 100 1024 1024 mf 2148; kept 2148 = 1; "
	  "r 2148 = 100", NULL },
	{ "tables: not if something lies before",
	  "map 99 1 r; map 100 1024; w 100; keep 100; remap 100 1024 1024 mf 2148; "
	  "kept 2148 = 0; r 2148 = 100", NULL },
	{ "tables: not if something lies before the destination",
	  "map 2048 1 r; map 100 1024; w 100; keep 100; remap 100 1024 1024 mf 2148; "
	  "kept 2148 = 0", NULL },
	{ "tables: not from the middle of an area",
	  "map 0 2048; w 100; keep 100; remap 100 1024 1024 mf 4196; kept 4196 = 0; "
	  "r 4196 = 100", NULL },
	{ "tables: not if the boundary is not reached",
	  "map 100 400; w 100; keep 100; remap 100 400 400 mf 2148; kept 2148 = 0", NULL },
	{ "tables: the tail of a realigned move goes entry by entry",
	  "map 100 420; w 100; w 515; keep 512; remap 100 420 420 mf 2148; "
	  "kept 2560 = 0; r 2563 = 515", NULL },
	{ "tables: a PMD table as a whole",
	  "map 0 262144; w 0; w 5000; w 262143; keep 0; remap 0 262144 262144 mf 524288; "
	  "kept 524288 = 1; levels 0 = 2; levels 524288 = 4; r 529288 = 5000; rss = 3", NULL },
	{ "tables: the PMD table too leaves what stays",
	  "map 0 262144; w 0; remap 0 262144 262144 mfd 524288; levels 0 = 2; "
	  "levels 524288 = 4; r 0 = 0", NULL },
	{ "tables: a PMD table not aligned: its PTE tables",
	  "map 0 262144; w 0; w 5000; keep 0; remap 0 262144 262144 mf 524800; "
	  "kept 524800 = 1; r 529800 = 5000", NULL },
	{ "tables: dontunmap takes the table too",
	  "map 0 512; w 7; keep 0; remap 0 512 512 mfd 1024; kept 1024 = 1; r 7 = 0; "
	  "r 1031 = 7", NULL },
	{ "tables: of a file", "file 0 64 0 rw s; w 3; remap 0 64 64 mf 1024; r 1027 = 3", NULL },
	{ "tables: of a private file with copies",
	  "file 0 64 0; w 3; r 4 = 0; remap 0 64 64 mf 1024; r 1027 = 3; r 1028 = 0", NULL },
	{ "tables: nothing there, nothing made",
	  "map 0 1024; remap 0 1024 1024 mf 4096; levels 4096 = 1", NULL },
};

static const struct calls_case quirks[] = {
	{ "quirk: shrink and move charges what was cut off, for good",
	  "map 0 4; remap 0 4 2 mf 10; committed = 4; unmap 10 2; committed = 2; "
	  "map 0 2 rw n", NULL },
};

/* ---- more than a line of calls ---- */

/* Promises and locks that leak are put right, so that the teardown finds nothing. */
static void quirk_test(void **state)
{
	const struct calls_case *t = *state;

	calls_begin();
	calls_run(t->program);
	calls_run("unmap 0 4096");
	mach->committed = 0;
	calls_end();
}

/* After an error: source, contents, tables and promises are as before. */
static void assert_undone(long result, unsigned long to, uint64_t committed)
{
	assert_int_equal(result, -ENOMEM);
	assert_int_equal(mach->committed, committed);
	calls_run("total = 700; r 101 = 101; r 600 = 600; w 102; unmap 0 1000; rss = 0");
	assert_null(vma_lookup(current->mm, CALLS_BASE + to * PAGE_SIZE));
}

/* The very last step may fail without a word: the old area stays, empty, and the promise
 * that it no longer has is never taken back. */
static void assert_moved(unsigned long to, uint64_t committed)
{
	uint64_t value = 0;

	/* @to is where page 0 would be */
	assert_int_equal(access_user(CALLS_BASE + (to + 600) * PAGE_SIZE, USER_LOAD, &value), 0);
	assert_int_equal(value, 600);
	if (!vma_lookup(current->mm, CALLS_BASE + 101 * PAGE_SIZE)) {
		assert_int_equal(mach->committed, committed);
		calls_run("total = 700");
		return;
	}
	assert_int_equal(mach->committed, committed + 700);
	calls_run("total = 1400; flag 101 ac = 0; r 101 = 0");
	mach->committed = committed;
}

/* Moves 700 pages from page @from, with pages 101 and 600 written, to page @to; each
 * allocation fails in turn. */
static void move_with_failure(unsigned long from, const char *prepare, unsigned long to)
{
	bool failed = true;

	for (unsigned long nth = 1; failed; nth++) {
		uint64_t committed;
		long result;

		calls_begin();
		calls_run(prepare);
		committed = mach->committed;
		machine_fail_nth(mach, nth);
		result = sys_mremap(CALLS_BASE + from * PAGE_SIZE, 700 * PAGE_SIZE, 700 * PAGE_SIZE,
				    MREMAP_MAYMOVE | MREMAP_FIXED, CALLS_BASE + to * PAGE_SIZE);
		failed = mach->failed_site != NULL;
		machine_fail_nth(mach, 0);
		if (result < 0)
			assert_undone(result, to, committed);
		else
			assert_moved(to - from, committed);
		calls_end();
		assert_true(nth < 100);
	}
}

static void test_undo(void **state)
{
	(void)state;
	move_with_failure(0, "map 0 700; w 101; w 600", 2048);	/* a table and entries */
	move_with_failure(0, "map 0 700; w 101; w 600", 2049);	/* entries */
	move_with_failure(0, "map 0 700; w 101; w 600; fork", 2049);
	move_with_failure(0, "map 0 700; w 101; w 600", 700);	/* beside itself */
	/* realigned: to where there are no tables at all, so that nothing is done */
	move_with_failure(100, "map 100 700; w 101; w 600", 2148 + (1UL << 27));
}

/* Keeps a word for each run of entries that moves: with or without the rmap locks. */
static void trace_locks(void *data, const char *event, const char *text)
{
	if (strcmp(event, "mremap"))
		return;
	if (g_str_has_prefix(text, "undo"))
		g_string_append(data, "undo ");
	else if (g_str_has_suffix(text, ", without rmap locks"))
		g_string_append(data, "without ");
	else if (g_str_has_suffix(text, ", with rmap locks"))
		g_string_append(data, "with ");
}

/*
 * What goes back may be visited in the wrong order: walks are kept out.  The table for the
 * first entries at the destination is there already, the one for the others is not.
 */
static void test_undo_locks(void **state)
{
	g_autoptr(GString) seen = g_string_new(NULL);
	long result = -ENOMEM;

	(void)state;
	for (unsigned long nth = 1; result == -ENOMEM && !seen->len; nth++) {
		calls_begin();
		calls_run("map 0 700; w 101; w 600; map 799 1; w 799; map 1600 1 r");
		mach->trace = trace_locks;
		mach->trace_data = seen;
		machine_fail_nth(mach, nth);
		result = sys_mremap(CALLS_BASE, 700 * PAGE_SIZE, 700 * PAGE_SIZE,
				    MREMAP_MAYMOVE | MREMAP_FIXED, CALLS_BASE + 800 * PAGE_SIZE);
		machine_fail_nth(mach, 0);
		mach->trace = NULL;
		calls_end();
	}
	assert_string_equal(seen->str, "without undo with ");
}

/* The undo of a move that grows: what was charged for the growth is not given back. */
static void test_undo_growth(void **state)
{
	const unsigned long to = CALLS_BASE + (1UL << 39);	/* no table there */
	bool undone = false;

	(void)state;
	for (unsigned long nth = 1; !undone; nth++) {
		long result;

		calls_begin();
		calls_run("map 0 2; w 0 2");
		machine_fail_nth(mach, nth);
		result = sys_mremap(CALLS_BASE, 2 * PAGE_SIZE, 4 * PAGE_SIZE,
				    MREMAP_MAYMOVE | MREMAP_FIXED, to);
		undone = result < 0 && strstr(mach->failed_site, "page table");
		machine_fail_nth(mach, 0);
		if (undone)
			calls_run("committed = 4");
		else if (result < 0)
			calls_run("committed = 2");
		if (result < 0)
			calls_run("total = 2; r 0 = 0; r 1 = 1; rss = 2; maps = 1");
		mach->committed = 2;
		if (vma_lookup(current->mm, to))
			mach->committed = 4;
		calls_end();
		assert_true(nth < 100);
	}
}

/* Page, index and anon_vma of a folio are the same wherever it is mapped. */
static void test_folio_stays(void **state)
{
	const struct folio *folio;
	uintptr_t mapping;
	g_autoptr(GArray) hits = NULL;
	pte_t pte, moved;

	(void)state;
	calls_begin();
	calls_run("map 0 4; w 0 4");
	pte = pgtable_entry(current->mm, CALLS_BASE + PAGE_SIZE, LEVEL_PTE);
	folio = pfn_to_page(pte_pfn(pte))->folio;
	mapping = folio->mapping;
	calls_run("remap 1 2 2 mf 100");
	moved = pgtable_entry(current->mm, CALLS_BASE + 100 * PAGE_SIZE, LEVEL_PTE);
	assert_int_equal(moved, pte);
	assert_int_equal(folio->mapping, mapping);
	assert_int_equal(folio->index, (CALLS_BASE >> PAGE_SHIFT) + 1);
	hits = rmap_find_mappings(pfn_to_page(pte_pfn(pte)));
	assert_int_equal(hits->len, 1);
	assert_int_equal(g_array_index(hits, struct rmap_hit, 0).addr,
			 CALLS_BASE + 100 * PAGE_SIZE);
	calls_end();
}

/* Who visits the destination first decides whether entries move under the rmap locks. */
static void test_need_rmap_locks(void **state)
{
	struct vm_area_struct *vma;
	bool need = true;

	(void)state;
	calls_begin();
	calls_run("map 0 6; w 0 6; remap 2 2 2 mf 100");
	vma = vma_lookup(current->mm, CALLS_BASE + 100 * PAGE_SIZE);
	mmap_write_lock(current->mm);
	/* a fresh area: at the same index or later, and entered later */
	assert_non_null(copy_vma(&vma, CALLS_BASE + 200 * PAGE_SIZE, PAGE_SIZE, vma->vm_pgoff,
				 &need));
	assert_false(need);
	/* into the hole: the merged area begins at a lower index */
	assert_non_null(copy_vma(&vma, CALLS_BASE + 2 * PAGE_SIZE, 2 * PAGE_SIZE, vma->vm_pgoff,
				 &need));
	assert_true(need);
	mmap_write_unlock(current->mm);
	/* counting is left to the caller */
	vm_stat_account(current->mm, vma->vm_flags, 3);
	assert_int_equal(vm_acct_memory(current->mm, 3), 0);
	calls_run("unmap 0 300");
	calls_end();
}

/* Where a log says the search ended. */
static void test_placed(void **state)
{
	const unsigned long there = CALLS_BASE + 50 * PAGE_SIZE;

	(void)state;
	calls_begin();
	calls_run("map 0 2; map 2 1 r; map 60 1; w 0 2");
	assert_int_equal(sys_mremap_placed(CALLS_BASE, 2 * PAGE_SIZE, 4 * PAGE_SIZE, MREMAP_MAYMOVE,
					   0, there), there);
	calls_run("r 51 = 1; rss = 2");
	assert_int_equal(sys_mremap_placed(there, 4 * PAGE_SIZE, 20 * PAGE_SIZE, MREMAP_MAYMOVE, 0,
					   CALLS_BASE + 55 * PAGE_SIZE), -ENOSYS);
	assert_non_null(mach->unsupported);
	calls_run("r 51 = 1");
	calls_end();
}

/* Before 6.17 a range was one area or nothing. */
static void test_before_multi(void **state)
{
	(void)state;
	calls_begin();
	mach->config.semantics.mremap_multi_vma = false;
	calls_run("map 0 1; map 1 1 r; map 4 1");
	calls_run("remap 0 2 2 mf 10 = EFAULT; remap 0 5 5 mf 10 = EFAULT");
	calls_run("remap 0 1 1 mf 10 = 10; remap 10 2 2 mf 20 = EFAULT");
	calls_end();
}

static void arm(unsigned long page, unsigned long pages, uint64_t features)
{
	struct uffdio_api api = { .api = UFFD_API, .features = features };
	struct uffdio_register reg = {
		.range = { CALLS_BASE + page * PAGE_SIZE, pages * PAGE_SIZE },
		.mode = UFFDIO_REGISTER_MODE_WP };
	long fd = sys_userfaultfd(0);

	assert_true(fd >= 0);
	assert_int_equal(sys_uffdio_api((int)fd, &api), 0);
	assert_int_equal(sys_uffdio_register((int)fd, &reg), 0);
}

static void write_protect(unsigned long page)
{
	const unsigned long addr = CALLS_BASE + page * PAGE_SIZE;
	struct pgtable *table = pte_offset_map_lock(current->mm, addr);
	unsigned int slot = pgtable_index(addr, LEVEL_PTE);

	set_pte(table, slot, pte_wrprotect(table->entry[slot]) | _PAGE_UFFD_WP);
	spin_unlock(&table->ptl, LOCK_PTE);
}

/* An armed area may be moved alone or as the only one; its marks do not go along. */
static void test_uffd(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 2; w 0 2; map 4 1; w 4");
	arm(0, 2, 0);
	write_protect(1);
	calls_run("remap 0 5 5 mf 20 = EFAULT; remap 0 2 2 mf 20 = 20; flag 20 uw = 0; r 21 = 1");
	calls_run("w 21");
	assert_false(pgtable_entry(current->mm, CALLS_BASE + 21 * PAGE_SIZE, LEVEL_PTE) &
		     _PAGE_UFFD_WP);
	calls_run("map 0 1; w 0");
	arm(4, 1, 0);
	/* the one before it has moved already */
	calls_run("remap 0 5 5 mf 30 = EFAULT; r 30 = 0; r 0 = SEGV; r 4 = 4; flag 4 uw = 1");
	/* an aligned table is not moved whole: marks would go along */
	calls_run("map 512 512; w 512; keep 512");
	arm(512, 512, 0);
	calls_run("remap 512 512 512 mf 2048; kept 2048 = 0; r 2048 = 512");
	calls_end();
}

static void test_uffd_event(void **state)
{
	(void)state;
	calls_begin();
	calls_run("map 0 2; w 0 2; map 20 1");
	arm(0, 2, UFFD_FEATURE_EVENT_REMAP);
	calls_run("remap 0 2 2 - = 0; remap 0 2 2 mf 20 = 20; r 21 = 1");
	/* nobody could read of it: the change is over */
	assert_int_equal(vma_lookup(current->mm, CALLS_BASE + 20 * PAGE_SIZE)
			 ->vm_userfaultfd_ctx->mmap_changing, 0);
	calls_end();
}

/* Two files of one zero device: its areas move alone. */
static void test_zero_device(void **state)
{
	long fd;

	(void)state;
	calls_begin();
	fd = sys_open("/dev/zero", OPEN_RDWR, 0);
	assert_true(sys_mmap(CALLS_BASE, 2 * PAGE_SIZE, PROT_READ | PROT_WRITE,
			     MAP_PRIVATE | MAP_FIXED, (int)fd, 0) > 0);
	calls_run("map 2 2; remap 0 4 4 mf 20 = EFAULT; remap 0 2 2 mf 20 = 20; pgoff 20 = 20");
	calls_end();
}

int main(void)
{
	struct CMUnitTest leaky[G_N_ELEMENTS(quirks)];
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_undo),
		cmocka_unit_test(test_undo_locks),
		cmocka_unit_test(test_undo_growth),
		cmocka_unit_test(test_folio_stays),
		cmocka_unit_test(test_need_rmap_locks),
		cmocka_unit_test(test_placed),
		cmocka_unit_test(test_before_multi),
		cmocka_unit_test(test_uffd),
		cmocka_unit_test(test_uffd_event),
		cmocka_unit_test(test_zero_device),
	};
	int failed = 0;

	for (size_t i = 0; i < G_N_ELEMENTS(quirks); i++)
		leaky[i] = (struct CMUnitTest){ .name = quirks[i].name, .test_func = quirk_test,
						.initial_state = (void *)&quirks[i] };
	failed += calls_main(parameters, G_N_ELEMENTS(parameters));
	failed += calls_main(resizes, G_N_ELEMENTS(resizes));
	failed += calls_main(moves, G_N_ELEMENTS(moves));
	failed += calls_main(forks, G_N_ELEMENTS(forks));
	failed += calls_main(dontunmaps, G_N_ELEMENTS(dontunmaps));
	failed += calls_main(several, G_N_ELEMENTS(several));
	failed += calls_main(tables, G_N_ELEMENTS(tables));
	failed += cmocka_run_group_tests(leaky, NULL, NULL);
	return failed + cmocka_run_group_tests(tests, NULL, NULL);
}
