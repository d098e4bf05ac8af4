//go:build !purego

#include "go_asm.h"
#include "textflag.h"

// func dotFast(a, b *float32, n int) float32
TEXT ·dotFast(SB), NOSPLIT, $0-28
	MOVQ   a+0(FP), SI
	MOVQ   b+8(FP), DI
	MOVQ   n+16(FP), CX
	VXORPS Y0, Y0, Y0
	VXORPS Y1, Y1, Y1
	VXORPS Y2, Y2, Y2
	VXORPS Y3, Y3, Y3
	SUBQ   $32, CX
	JLT    eights

by32:
	VMOVUPS     (SI), Y4
	VMOVUPS     32(SI), Y5
	VMOVUPS     64(SI), Y6
	VMOVUPS     96(SI), Y7
	VFMADD231PS (DI), Y4, Y0
	VFMADD231PS 32(DI), Y5, Y1
	VFMADD231PS 64(DI), Y6, Y2
	VFMADD231PS 96(DI), Y7, Y3
	ADDQ        $128, SI
	ADDQ        $128, DI
	SUBQ        $32, CX
	JGE         by32

eights:
	ADDQ $32, CX
	JZ   sum

by8:
	VMOVUPS     (SI), Y4
	VFMADD231PS (DI), Y4, Y0
	ADDQ        $32, SI
	ADDQ        $32, DI
	SUBQ        $8, CX
	JNZ         by8

sum:
	VADDPS       Y1, Y0, Y0
	VADDPS       Y3, Y2, Y2
	VADDPS       Y2, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VADDPS       X1, X0, X0
	VHADDPS      X0, X0, X0
	VHADDPS      X0, X0, X0
	VMOVSS       X0, ret+24(FP)
	VZEROUPPER
	RET

// func addScaledFast(y, x *float32, k float32, n int)
TEXT ·addScaledFast(SB), NOSPLIT, $0-32
	MOVQ         y+0(FP), DI
	MOVQ         x+8(FP), SI
	VBROADCASTSS k+16(FP), Y0
	MOVQ         n+24(FP), CX

by8:
	VMOVUPS     (DI), Y1
	VFMADD231PS (SI), Y0, Y1
	VMOVUPS     Y1, (DI)
	ADDQ        $32, SI
	ADDQ        $32, DI
	SUBQ        $8, CX
	JNZ         by8
	VZEROUPPER
	RET

// func absMaxFast(x *float32, n int, least float32) float32
TEXT ·absMaxFast(SB), NOSPLIT, $0-28
	MOVQ         x+0(FP), SI
	MOVQ         n+8(FP), CX
	VBROADCASTSS least+16(FP), Y4
	VPCMPEQD     Y5, Y5, Y5
	VPSRLD       $1, Y5, Y5
	VXORPS       Y0, Y0, Y0
	VXORPS       Y1, Y1, Y1

by16:
	VMAXPS (SI), Y4, Y2
	VMAXPS 32(SI), Y4, Y3
	VANDPS Y5, Y2, Y2
	VANDPS Y5, Y3, Y3
	VMAXPS Y2, Y0, Y0
	VMAXPS Y3, Y1, Y1
	ADDQ   $64, SI
	SUBQ   $16, CX
	JNZ    by16

	VMAXPS       Y1, Y0, Y0
	VEXTRACTF128 $1, Y0, X1
	VMAXPS       X1, X0, X0
	VPSHUFD      $0x4e, X0, X1
	VMAXPS       X1, X0, X0
	VPSHUFD      $0xb1, X0, X1
	VMAXPS       X1, X0, X0
	VMOVSS       X0, ret+24(FP)
	VZEROUPPER
	RET

// func scaleFast(q *int16, x *float32, n int, k, least float32)
TEXT ·scaleFast(SB), NOSPLIT, $0-32
	MOVQ         q+0(FP), DI
	MOVQ         x+8(FP), SI
	MOVQ         n+16(FP), CX
	VBROADCASTSS k+24(FP), Y4
	VBROADCASTSS least+28(FP), Y5

by16:
	VMAXPS    (SI), Y5, Y0
	VMAXPS    32(SI), Y5, Y1
	VMULPS    Y4, Y0, Y0
	VMULPS    Y4, Y1, Y1
	VCVTPS2DQ Y0, Y0
	VCVTPS2DQ Y1, Y1
	VPACKSSDW Y1, Y0, Y0
	VPERMQ    $0xd8, Y0, Y0
	VMOVDQU   Y0, (DI)
	ADDQ      $64, SI
	ADDQ      $32, DI
	SUBQ      $16, CX
	JNZ       by16
	VZEROUPPER
	RET

// The sums of two rows with one vector: 16 columns of both rows are in Y8 and
// Y9.
#define VECTOR(x, sum0, sum1) \
	VMOVDQU  (x)(CX*2), Y10 \
	VPMADDWD Y10, Y8, Y11   \
	VPMADDWD Y10, Y9, Y12   \
	VPADDD   Y11, sum0, sum0 \
	VPADDD   Y12, sum1, sum1

// func blockFast(b *block)
//
// SI and R8 are the ends of two rows, R9 to R12 those of the vectors, and CX
// goes from minus the number of columns to 0. Y0 to Y3 are the sums of one row
// with each vector, Y4 to Y7 those of the other.
TEXT ·blockFast(SB), NOSPLIT, $0-8
	MOVQ    b+0(FP), DI
	MOVQ    block_cols(DI), CX
	MOVQ    block_rows(DI), SI
	ADDQ    CX, SI
	MOVQ    block_x+0(DI), R9
	MOVQ    block_x+8(DI), R10
	MOVQ    block_x+16(DI), R11
	MOVQ    block_x+24(DI), R12
	LEAQ    (R9)(CX*2), R9
	LEAQ    (R10)(CX*2), R10
	LEAQ    (R11)(CX*2), R11
	LEAQ    (R12)(CX*2), R12
	MOVQ    block_y+0(DI), AX
	MOVQ    block_y+8(DI), BX
	MOVQ    block_y+16(DI), DX
	MOVQ    block_y+24(DI), R13
	VMOVUPS block_scales(DI), X14
	NEGQ    CX

pair:
	MOVQ  SI, R8
	ADDQ  block_stride(DI), R8
	VPXOR Y0, Y0, Y0
	VPXOR Y1, Y1, Y1
	VPXOR Y2, Y2, Y2
	VPXOR Y3, Y3, Y3
	VPXOR Y4, Y4, Y4
	VPXOR Y5, Y5, Y5
	VPXOR Y6, Y6, Y6
	VPXOR Y7, Y7, Y7

columns:
	VPMOVSXBW (SI)(CX*1), Y8
	VPMOVSXBW (R8)(CX*1), Y9
	VECTOR(R9, Y0, Y4)
	VECTOR(R10, Y1, Y5)
	VECTOR(R11, Y2, Y6)
	VECTOR(R12, Y3, Y7)
	ADDQ      $16, CX
	JNZ       columns

	VPHADDD      Y1, Y0, Y0
	VPHADDD      Y3, Y2, Y2
	VPHADDD      Y5, Y4, Y4
	VPHADDD      Y7, Y6, Y6
	VPHADDD      Y2, Y0, Y0
	VPHADDD      Y6, Y4, Y4
	VEXTRACTI128 $1, Y0, X1
	VEXTRACTI128 $1, Y4, X5
	VPADDD       X1, X0, X0
	VPADDD       X5, X4, X4
	VCVTDQ2PS    X0, X0
	VCVTDQ2PS    X4, X4
	VMULPS       X14, X0, X0
	VMULPS       X14, X4, X4

	SUBQ         block_cols(DI), CX
	VBROADCASTSS -4(SI)(CX*1), X1
	VBROADCASTSS -4(R8)(CX*1), X5
	VMULPS       X1, X0, X0
	VMULPS       X5, X4, X4

	// All of y is read before any is written: vectors may be the same.
	VUNPCKLPS X4, X0, X1
	VUNPCKHPS X4, X0, X2
	VMOVSD    (AX), X3
	VMOVSD    (DX), X5
	VMOVHPS   (BX), X3, X3
	VMOVHPS   (R13), X5, X5
	VADDPS    X1, X3, X3
	VADDPS    X2, X5, X5
	VMOVLPS   X3, (AX)
	VMOVHPS   X3, (BX)
	VMOVLPS   X5, (DX)
	VMOVHPS   X5, (R13)

	ADDQ $8, AX
	ADDQ $8, BX
	ADDQ $8, DX
	ADDQ $8, R13
	MOVQ R8, SI
	ADDQ block_stride(DI), SI
	DECQ block_pairs(DI)
	JNZ  pair
	VZEROUPPER
	RET
