/*
 * prctl.h - the options of prctl(2) that concern memory.
 *
 * In the kernel:  include/uapi/linux/prctl.h.
 */
#ifndef MODEL_PRCTL_H
#define MODEL_PRCTL_H

#define PR_SET_MM		35
#define PR_SET_MM_START_CODE	1
#define PR_SET_MM_END_CODE	2
#define PR_SET_MM_START_DATA	3
#define PR_SET_MM_END_DATA	4
#define PR_SET_MM_START_STACK	5
#define PR_SET_MM_START_BRK	6
#define PR_SET_MM_BRK		7
#define PR_SET_MM_ARG_START	8
#define PR_SET_MM_ARG_END	9
#define PR_SET_MM_ENV_START	10
#define PR_SET_MM_ENV_END	11
#define PR_SET_MM_AUXV		12
#define PR_SET_MM_EXE_FILE	13
#define PR_SET_MM_MAP		14
#define PR_SET_MM_MAP_SIZE	15

#define PR_SET_THP_DISABLE	41
#define PR_GET_THP_DISABLE	42
#define PR_THP_DISABLE_EXCEPT_ADVISED (1 << 1)

#define PR_SET_MDWE		65
#define PR_MDWE_REFUSE_EXEC_GAIN (1 << 0)
#define PR_MDWE_NO_INHERIT	(1 << 1)
#define PR_GET_MDWE		66

#define PR_SET_MEMORY_MERGE	67
#define PR_GET_MEMORY_MERGE	68

#define PR_SET_VMA		0x53564d41
#define PR_SET_VMA_ANON_NAME	0

#endif
