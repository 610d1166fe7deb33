// Entries and product of a round on the device. Compiled at run time; all arithmetic is exact.

typedef unsigned int u32;
typedef unsigned long long u64;

// SHA-256 round constants (FIPS 180-4).
__constant__ u32 ROUND[64] = {
    0x428a2f98u, 0x71374491u, 0xb5c0fbcfu, 0xe9b5dba5u, 0x3956c25bu, 0x59f111f1u, 0x923f82a4u, 0xab1c5ed5u,
    0xd807aa98u, 0x12835b01u, 0x243185beu, 0x550c7dc3u, 0x72be5d74u, 0x80deb1feu, 0x9bdc06a7u, 0xc19bf174u,
    0xe49b69c1u, 0xefbe4786u, 0x0fc19dc6u, 0x240ca1ccu, 0x2de92c6fu, 0x4a7484aau, 0x5cb0a9dcu, 0x76f988dau,
    0x983e5152u, 0xa831c66du, 0xb00327c8u, 0xbf597fc7u, 0xc6e00bf3u, 0xd5a79147u, 0x06ca6351u, 0x14292967u,
    0x27b70a85u, 0x2e1b2138u, 0x4d2c6dfcu, 0x53380d13u, 0x650a7354u, 0x766a0abbu, 0x81c2c92eu, 0x92722c85u,
    0xa2bfe8a1u, 0xa81a664bu, 0xc24b8b70u, 0xc76c51a3u, 0xd192e819u, 0xd6990624u, 0xf40e3585u, 0x106aa070u,
    0x19a4c116u, 0x1e376c08u, 0x2748774cu, 0x34b0bcb5u, 0x391c0cb3u, 0x4ed8aa4au, 0x5b9cca4fu, 0x682e6ff3u,
    0x748f82eeu, 0x78a5636fu, 0x84c87814u, 0x8cc70208u, 0x90befffau, 0xa4506cebu, 0xbef9a3f7u, 0xc67178f2u};

static __device__ __forceinline__ u32 turn(u32 x, u32 by) { return (x >> by) | (x << (32 - by)); }

// SHA-256 of a message that fills one block with its padding.
static __device__ void digest(u32 w[16], u32 out[8]) {
    const u32 start[8] = {0x6a09e667u, 0xbb67ae85u, 0x3c6ef372u, 0xa54ff53au,
                          0x510e527fu, 0x9b05688cu, 0x1f83d9abu, 0x5be0cd19u};
    u32 s[8];
    for (int i = 0; i < 8; i++) s[i] = start[i];
    for (int i = 0; i < 64; i++) {
        if (i >= 16) {
            u32 a = w[(i + 1) & 15], b = w[(i + 14) & 15];
            w[i & 15] += (turn(a, 7) ^ turn(a, 18) ^ (a >> 3)) + w[(i + 9) & 15]
                       + (turn(b, 17) ^ turn(b, 19) ^ (b >> 10));
        }
        u32 one = s[7] + (turn(s[4], 6) ^ turn(s[4], 11) ^ turn(s[4], 25))
                + ((s[4] & s[5]) ^ (~s[4] & s[6])) + ROUND[i] + w[i & 15];
        u32 two = (turn(s[0], 2) ^ turn(s[0], 13) ^ turn(s[0], 22))
                + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
        s[7] = s[6]; s[6] = s[5]; s[5] = s[4]; s[4] = s[3] + one;
        s[3] = s[2]; s[2] = s[1]; s[1] = s[0]; s[0] = one + two;
    }
    for (int i = 0; i < 8; i++) out[i] = start[i] + s[i];
}

// Writes entries `first .. first + count` of a matrix as lines of `n` entries, one every `stride`
// bytes; one thread per 32 entries. `head` is the padded block of the generator with the counter 0.
extern "C" __global__ void fill(signed char* out, const u32* head, u64 first, u64 count, u32 n, u32 stride) {
    u64 number = first / 32 + (u64)blockIdx.x * blockDim.x + threadIdx.x;
    u64 at = number * 32;
    u64 end = first + count;
    if (at >= end) return;
    u32 w[16], hash[8];
    for (int i = 0; i < 16; i++) w[i] = head[i];
    // The counter is bytes 46 to 53 of the block, little-endian; words are big-endian.
    w[11] |= (u32)(number & 0xff) << 8 | (u32)(number >> 8 & 0xff);
    w[12] |= (u32)(number >> 16 & 0xff) << 24 | (u32)(number >> 24 & 0xff) << 16
           | (u32)(number >> 32 & 0xff) << 8 | (u32)(number >> 40 & 0xff);
    w[13] |= (u32)(number >> 48 & 0xff) << 24 | (u32)(number >> 56) << 16;
    digest(w, hash);
    u32 i = at < first ? (u32)(first - at) : 0;
    u64 line = (at + i - first) / n;
    u32 place = (u32)((at + i - first) % n);
    for (; i < 32 && at + i < end; i++) {
        u32 byte = hash[i / 4] >> (24 - 8 * (i % 4)) & 0xff;
        out[line * stride + place] = byte == 0x80 ? 0 : (signed char)byte;
        if (++place == n) {
            place = 0;
            line++;
        }
    }
}

#define TILE 64
#define SPAN 4
#define DEPTH 16

// Sum of four products of signed bytes, added to `sum`.
static __device__ __forceinline__ int four(int a, int b, int sum) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 610
    return __dp4a(a, b, sum);
#else
    for (int i = 0; i < 32; i += 8) sum += (int)(signed char)(a >> i) * (int)(signed char)(b >> i);
    return sum;
#endif
}

// c = a · bᵀ: `rows` lines of `a` with `n` lines of `b`, lines of `words` words of four entries,
// `words` a multiple of DEPTH. 16 × 16 threads make one tile of 64 × 64 sums.
extern "C" __global__ void product(const int* a, const int* b, int* c, u32 rows, u32 n, u32 words) {
    __shared__ int left[TILE][DEPTH + 1];
    __shared__ int right[TILE][DEPTH + 1];
    u32 x = threadIdx.x, y = threadIdx.y;
    u32 row = blockIdx.y * TILE, column = blockIdx.x * TILE;
    int sums[SPAN][SPAN] = {};
    for (u32 from = 0; from < words; from += DEPTH) {
        for (u32 line = y; line < TILE; line += TILE / SPAN) {
            left[line][x] = row + line < rows ? a[(u64)(row + line) * words + from + x] : 0;
            right[line][x] = column + line < n ? b[(u64)(column + line) * words + from + x] : 0;
        }
        __syncthreads();
        for (u32 k = 0; k < DEPTH; k++) {
            for (u32 i = 0; i < SPAN; i++) {
                for (u32 j = 0; j < SPAN; j++) {
                    sums[i][j] = four(left[y + i * 16][k], right[x + j * 16][k], sums[i][j]);
                }
            }
        }
        __syncthreads();
    }
    for (u32 i = 0; i < SPAN; i++) {
        for (u32 j = 0; j < SPAN; j++) {
            u32 r = row + y + i * 16, q = column + x + j * 16;
            if (r < rows && q < n) c[(u64)r * n + q] = sums[i][j];
        }
    }
}
