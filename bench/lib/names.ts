/** Vietnamese names about as often as people bear them: two in five are a Nguyễn, and few words make up most names. */
const FAMILIES = weighted({
  Nguyễn: 38,
  Trần: 11,
  Lê: 10,
  Phạm: 7,
  Hoàng: 5,
  Phan: 5,
  Vũ: 4,
  Võ: 4,
  Đặng: 3,
  Bùi: 3,
  Đỗ: 2,
  Hồ: 2,
  Ngô: 2,
  Dương: 2,
  Lý: 2,
});
const MIDDLES = weighted({ Thị: 35, Văn: 25, Minh: 6, Hữu: 6, Ngọc: 6, Thanh: 6, Đức: 6, Quốc: 5, Xuân: 5 });
const GIVEN = [
  ...[
    'Anh',
    'Bình',
    'Châu',
    'Dung',
    'Giang',
    'Hà',
    'Hằng',
    'Hạnh',
    'Hiền',
    'Hoa',
    'Hòa',
    'Hồng',
    'Huệ',
    'Hùng',
    'Hương',
  ],
  ...[
    'Khánh',
    'Lan',
    'Linh',
    'Long',
    'Mai',
    'Minh',
    'Nam',
    'Nga',
    'Nguyên',
    'Nguyệt',
    'Nhung',
    'Oanh',
    'Phong',
    'Phúc',
  ],
  ...['Phương', 'Quân', 'Quang', 'Quỳnh', 'Sơn', 'Tâm', 'Thảo', 'Thắng', 'Thu', 'Thủy', 'Trang', 'Trung', 'Tú', 'Tuấn'],
];
/** As many bear it among a thousand as among a million: the ten oldest of the partner's. */
const RARE = 'Khổng';
const RARE_UP_TO = 20;

export const COMMONEST_WORD = 'nguyen';
export const RARE_WORD = 'khong';

export function nameOf(i: number): string {
  const turn = Math.imul(i + 1, 2_654_435_761) >>> 0;
  const pick = (from: string[], by: number) => from[Math.floor(turn / by) % from.length];
  return [i < RARE_UP_TO ? RARE : pick(FAMILIES, 1), pick(MIDDLES, 100), pick(GIVEN, 10_000)].join(' ');
}

/** The words of such a name as hooks/lib/profiles/names.js folds them. */
export function wordsOf(name: string): string[] {
  const folded = name.toLowerCase().normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('đ', 'd');
  return [...new Set(folded.split(' '))];
}

function weighted(names: Record<string, number>): string[] {
  return Object.entries(names).flatMap(([name, weight]) => Array<string>(weight).fill(name));
}
