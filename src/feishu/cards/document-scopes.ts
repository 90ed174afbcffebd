import type { Wording } from './wording.ts'

/** Documents, files, tables and wikis. */
export const DOCUMENT_SCOPES = {
  'docx:document': {
    zh_cn: '查看、创建和编辑你的文档',
    en_us: 'see, create and edit your documents',
    ja_jp: 'ドキュメントを閲覧・作成・編集する',
  },
  'docx:document:readonly': {
    zh_cn: '查看你的文档',
    en_us: 'see your documents',
    ja_jp: 'ドキュメントを閲覧する',
  },
  'docx:document:create': {
    zh_cn: '创建文档',
    en_us: 'create documents',
    ja_jp: 'ドキュメントを作成する',
  },
  'docx:document:write_only': {
    zh_cn: '编辑你的文档',
    en_us: 'edit your documents',
    ja_jp: 'ドキュメントを編集する',
  },
  'docs:doc': {
    zh_cn: '查看和管理你的旧版文档',
    en_us: 'see and manage your documents of the old format',
    ja_jp: '旧形式のドキュメントを閲覧・管理する',
  },
  'docs:doc:readonly': {
    zh_cn: '查看你的旧版文档',
    en_us: 'see your documents of the old format',
    ja_jp: '旧形式のドキュメントを閲覧する',
  },
  'docs:document.content:read': {
    zh_cn: '读取云文档的内容',
    en_us: 'read the content of your files',
    ja_jp: 'ドキュメントの内容を読み取る',
  },
  'docs:document.comment:read': {
    zh_cn: '查看文档评论',
    en_us: 'see comments on documents',
    ja_jp: 'ドキュメントのコメントを閲覧する',
  },
  'docs:document.comment:create': {
    zh_cn: '添加文档评论',
    en_us: 'add comments to documents',
    ja_jp: 'ドキュメントにコメントを追加する',
  },
  'docs:document.media:download': {
    zh_cn: '下载文档里的图片和附件',
    en_us: 'download pictures and attachments in documents',
    ja_jp: 'ドキュメント内の画像と添付ファイルをダウンロードする',
  },
  'docs:document:export': {
    zh_cn: '导出你的文档',
    en_us: 'export your documents',
    ja_jp: 'ドキュメントを書き出す',
  },
  'search:docs:read': {
    zh_cn: '搜索你的云文档',
    en_us: 'search your documents',
    ja_jp: 'ドキュメントを検索する',
  },
  'drive:drive': {
    zh_cn: '查看和管理你的云空间文件',
    en_us: 'see and manage all your files',
    ja_jp: 'すべてのファイルを閲覧・管理する',
  },
  'drive:drive:readonly': {
    zh_cn: '查看和下载你的云空间文件',
    en_us: 'see and download all your files',
    ja_jp: 'すべてのファイルを閲覧・ダウンロードする',
  },
  'drive:drive.metadata:readonly': {
    zh_cn: '查看云空间文件的名称等信息',
    en_us: 'see names and details of your files',
    ja_jp: 'ファイル名などの情報を閲覧する',
  },
  'drive:file:download': {
    zh_cn: '下载云空间文件',
    en_us: 'download your files',
    ja_jp: 'ファイルをダウンロードする',
  },
  'drive:file:upload': {
    zh_cn: '上传文件到云空间',
    en_us: 'upload files for you',
    ja_jp: 'ファイルをアップロードする',
  },
  'sheets:spreadsheet': {
    zh_cn: '查看、创建和编辑你的电子表格',
    en_us: 'see, create and edit your spreadsheets',
    ja_jp: 'スプレッドシートを閲覧・作成・編集する',
  },
  'sheets:spreadsheet:readonly': {
    zh_cn: '查看和导出你的电子表格',
    en_us: 'see and export your spreadsheets',
    ja_jp: 'スプレッドシートを閲覧・書き出しする',
  },
  'sheets:spreadsheet:read': {
    zh_cn: '查看你的电子表格',
    en_us: 'see your spreadsheets',
    ja_jp: 'スプレッドシートを閲覧する',
  },
  'sheets:spreadsheet:create': {
    zh_cn: '创建电子表格',
    en_us: 'create spreadsheets',
    ja_jp: 'スプレッドシートを作成する',
  },
  'sheets:spreadsheet:write_only': {
    zh_cn: '编辑你的电子表格',
    en_us: 'edit your spreadsheets',
    ja_jp: 'スプレッドシートを編集する',
  },
  'bitable:app': {
    zh_cn: '查看、创建和编辑你的多维表格',
    en_us: 'see, create and edit your Bases',
    ja_jp: 'Base を閲覧・作成・編集する',
  },
  'bitable:app:readonly': {
    zh_cn: '查看你的多维表格',
    en_us: 'see your Bases',
    ja_jp: 'Base を閲覧する',
  },
  'base:app:read': {
    zh_cn: '查看多维表格的基本信息',
    en_us: 'see basic details of your Bases',
    ja_jp: 'Base の基本情報を閲覧する',
  },
  'base:table:read': {
    zh_cn: '查看多维表格的数据表',
    en_us: 'see the tables of your Bases',
    ja_jp: 'Base のテーブルを閲覧する',
  },
  'base:record:retrieve': {
    zh_cn: '查看多维表格的记录',
    en_us: 'see records in your Bases',
    ja_jp: 'Base のレコードを閲覧する',
  },
  'base:record:create': {
    zh_cn: '在多维表格里新增记录',
    en_us: 'add records to your Bases',
    ja_jp: 'Base にレコードを追加する',
  },
  'base:record:update': {
    zh_cn: '修改多维表格的记录',
    en_us: 'change records in your Bases',
    ja_jp: 'Base のレコードを変更する',
  },
  'wiki:wiki': {
    zh_cn: '查看和管理你的知识库',
    en_us: 'see and manage your wikis',
    ja_jp: 'Wiki を閲覧・管理する',
  },
  'wiki:wiki:readonly': {
    zh_cn: '查看你的知识库',
    en_us: 'see your wikis',
    ja_jp: 'Wiki を閲覧する',
  },
  'wiki:space:retrieve': {
    zh_cn: '查看知识库列表',
    en_us: 'see the list of your wikis',
    ja_jp: 'Wiki の一覧を閲覧する',
  },
  'wiki:node:read': {
    zh_cn: '查看知识库里的页面',
    en_us: 'see the pages of your wikis',
    ja_jp: 'Wiki のページを閲覧する',
  },
  'wiki:node:retrieve': {
    zh_cn: '查看知识库的目录',
    en_us: 'see the page lists of your wikis',
    ja_jp: 'Wiki のページ一覧を閲覧する',
  },
} as const satisfies Record<string, Wording>
