//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// Instructions that the assembler has no name for. Registers are numbers, the
// result comes last.
#define FADDP(m, n, d) WORD $(0x6e20d400 | (m)<<16 | (n)<<5 | (d))
#define FADD(m, n, d) WORD $(0x4e20d400 | (m)<<16 | (n)<<5 | (d))
#define FMUL(m, n, d) WORD $(0x6e20dc00 | (m)<<16 | (n)<<5 | (d))
#define FMAX(m, n, d) WORD $(0x4e20f400 | (m)<<16 | (n)<<5 | (d))
#define FABS(n, d) WORD $(0x4ea0f800 | (n)<<5 | (d))
#define FMAXV(n, d) WORD $(0x6e30f800 | (n)<<5 | (d))
#define FCVTNS(n, d) WORD $(0x4e21a800 | (n)<<5 | (d))
#define SCVTF(n, d) WORD $(0x4e21d800 | (n)<<5 | (d))
#define SQXTN(n, d) WORD $(0x0e614800 | (n)<<5 | (d))
#define SQXTN2(n, d) WORD $(0x4e614800 | (n)<<5 | (d))
#define SXTL(n, d) WORD $(0x0f08a400 | (n)<<5 | (d))
#define SXTL2(n, d) WORD $(0x4f08a400 | (n)<<5 | (d))
#define SMLAL(m, n, d) WORD $(0x0e608000 | (m)<<16 | (n)<<5 | (d))
#define SMLAL2(m, n, d) WORD $(0x4e608000 | (m)<<16 | (n)<<5 | (d))

// func dotFast(a, b *float32, n int) float32
TEXT ·dotFast(SB), NOSPLIT, $0-28
	MOVD a+0(FP), R0
	MOVD b+8(FP), R1
	MOVD n+16(FP), R2
	VEOR V0.B16, V0.B16, V0.B16
	VEOR V1.B16, V1.B16, V1.B16
	VEOR V2.B16, V2.B16, V2.B16
	VEOR V3.B16, V3.B16, V3.B16
	SUBS $16, R2
	BLT  eight

by16:
	VLD1.P 64(R0), [V4.S4, V5.S4, V6.S4, V7.S4]
	VLD1.P 64(R1), [V8.S4, V9.S4, V10.S4, V11.S4]
	VFMLA  V4.S4, V8.S4, V0.S4
	VFMLA  V5.S4, V9.S4, V1.S4
	VFMLA  V6.S4, V10.S4, V2.S4
	VFMLA  V7.S4, V11.S4, V3.S4
	SUBS   $16, R2
	BGE    by16

eight:
	ADDS   $16, R2
	BEQ    sum
	VLD1.P 32(R0), [V4.S4, V5.S4]
	VLD1.P 32(R1), [V8.S4, V9.S4]
	VFMLA  V4.S4, V8.S4, V0.S4
	VFMLA  V5.S4, V9.S4, V1.S4

sum:
	FADD(1, 0, 0)
	FADD(3, 2, 2)
	FADD(2, 0, 0)
	FADDP(0, 0, 0)
	FADDP(0, 0, 0)
	FMOVS F0, ret+24(FP)
	RET

// func addScaledFast(y, x *float32, k float32, n int)
TEXT ·addScaledFast(SB), NOSPLIT, $0-32
	MOVD  y+0(FP), R0
	MOVD  x+8(FP), R1
	MOVWU k+16(FP), R2
	VDUP  R2, V0.S4
	MOVD  n+24(FP), R2

by8:
	VLD1   (R0), [V1.S4, V2.S4]
	VLD1.P 32(R1), [V3.S4, V4.S4]
	VFMLA  V3.S4, V0.S4, V1.S4
	VFMLA  V4.S4, V0.S4, V2.S4
	VST1.P [V1.S4, V2.S4], 32(R0)
	SUBS   $8, R2
	BNE    by8
	RET

// func absMaxFast(x *float32, n int, least float32) float32
TEXT ·absMaxFast(SB), NOSPLIT, $0-28
	MOVD  x+0(FP), R0
	MOVWU least+16(FP), R2
	VDUP  R2, V5.S4
	MOVD  n+8(FP), R2
	VEOR  V0.B16, V0.B16, V0.B16

by16:
	VLD1.P 64(R0), [V1.S4, V2.S4, V3.S4, V4.S4]
	FMAX(5, 1, 1)
	FMAX(5, 2, 2)
	FMAX(5, 3, 3)
	FMAX(5, 4, 4)
	FABS(1, 1)
	FABS(2, 2)
	FABS(3, 3)
	FABS(4, 4)
	FMAX(2, 1, 1)
	FMAX(4, 3, 3)
	FMAX(1, 0, 0)
	FMAX(3, 0, 0)
	SUBS   $16, R2
	BNE    by16
	FMAXV(0, 0)
	FMOVS  F0, ret+24(FP)
	RET

// func scaleFast(q *int16, x *float32, n int, k, least float32)
TEXT ·scaleFast(SB), NOSPLIT, $0-32
	MOVD  q+0(FP), R0
	MOVD  x+8(FP), R1
	MOVWU k+24(FP), R2
	VDUP  R2, V4.S4
	MOVWU least+28(FP), R2
	VDUP  R2, V5.S4
	MOVD  n+16(FP), R2

by8:
	VLD1.P 32(R1), [V0.S4, V1.S4]
	FMAX(5, 0, 0)
	FMAX(5, 1, 1)
	FMUL(4, 0, 0)
	FMUL(4, 1, 1)
	FCVTNS(0, 0)
	FCVTNS(1, 1)
	SQXTN(0, 0)
	SQXTN2(1, 0)
	VST1.P [V0.H8], 16(R0)
	SUBS   $8, R2
	BNE    by8
	RET

// The sums of two rows with one vector: 16 columns of one row are in V16 and
// V17, of the other in V18 and V19.
#define VECTOR(x, sum0, sum1) \
	VLD1.P 32(x), [V20.H8, V21.H8] \
	SMLAL(16, 20, sum0)  \
	SMLAL(18, 20, sum1)  \
	SMLAL2(16, 20, sum0) \
	SMLAL2(18, 20, sum1) \
	SMLAL(17, 21, sum0)  \
	SMLAL(19, 21, sum1)  \
	SMLAL2(17, 21, sum0) \
	SMLAL2(19, 21, sum1)

// func blockFast(b *block)
//
// R1 and R2 are two rows, R20 to R23 the vectors, R7 to R10 what is added to.
// V0 to V3 are the sums of one row with each vector, V4 to V7 those of the
// other.
TEXT ·blockFast(SB), NOSPLIT, $0-8
	MOVD b+0(FP), R0
	MOVD block_rows(R0), R1
	MOVD block_stride(R0), R13
	MOVD block_cols(R0), R11
	MOVD block_pairs(R0), R12
	MOVD block_y+0(R0), R7
	MOVD block_y+8(R0), R8
	MOVD block_y+16(R0), R9
	MOVD block_y+24(R0), R10
	ADD  $block_scales, R0, R14
	VLD1 (R14), [V30.S4]

pair:
	ADD   R13, R1, R2
	SUB   $4, R1, R14
	VLD1R (R14), [V28.S4]
	SUB   $4, R2, R14
	VLD1R (R14), [V29.S4]
	MOVD  R1, R15
	MOVD  R2, R19
	MOVD  block_x+0(R0), R20
	MOVD  block_x+8(R0), R21
	MOVD  block_x+16(R0), R22
	MOVD  block_x+24(R0), R23
	MOVD  R11, R14
	VEOR  V0.B16, V0.B16, V0.B16
	VEOR  V1.B16, V1.B16, V1.B16
	VEOR  V2.B16, V2.B16, V2.B16
	VEOR  V3.B16, V3.B16, V3.B16
	VEOR  V4.B16, V4.B16, V4.B16
	VEOR  V5.B16, V5.B16, V5.B16
	VEOR  V6.B16, V6.B16, V6.B16
	VEOR  V7.B16, V7.B16, V7.B16

columns:
	VLD1.P 16(R15), [V16.B16]
	VLD1.P 16(R19), [V18.B16]
	SXTL2(16, 17)
	SXTL(16, 16)
	SXTL2(18, 19)
	SXTL(18, 18)
	VECTOR(R20, 0, 4)
	VECTOR(R21, 1, 5)
	VECTOR(R22, 2, 6)
	VECTOR(R23, 3, 7)
	SUBS   $16, R14
	BNE    columns

	VADDP V1.S4, V0.S4, V0.S4
	VADDP V3.S4, V2.S4, V2.S4
	VADDP V5.S4, V4.S4, V4.S4
	VADDP V7.S4, V6.S4, V6.S4
	VADDP V2.S4, V0.S4, V0.S4
	VADDP V6.S4, V4.S4, V4.S4
	SCVTF(0, 0)
	SCVTF(4, 4)
	FMUL(30, 0, 0)
	FMUL(30, 4, 4)
	FMUL(28, 0, 0)
	FMUL(29, 4, 4)

	// All of y is read before any is written: vectors may be the same.
	VZIP1  V4.S4, V0.S4, V1.S4
	VZIP2  V4.S4, V0.S4, V2.S4
	VLD1   (R7), V3.D[0]
	VLD1   (R8), V3.D[1]
	VLD1   (R9), V5.D[0]
	VLD1   (R10), V5.D[1]
	FADD(1, 3, 3)
	FADD(2, 5, 5)
	VST1.P V3.D[0], 8(R7)
	VST1.P V3.D[1], 8(R8)
	VST1.P V5.D[0], 8(R9)
	VST1.P V5.D[1], 8(R10)

	ADD  R13, R2, R1
	SUBS $1, R12
	BNE  pair
	RET
