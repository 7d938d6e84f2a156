import { chromium } from 'playwright-core';
const base='http://127.0.0.1:8113';
const browser=await chromium.launch({executablePath:'/usr/bin/chromium',args:['--no-sandbox']});
const [,, login, lang, size, ...paths]=process.argv;
const vp=size==='phone'?{width:390,height:844}:{width:1440,height:900};
const ctx=await browser.newContext({viewport:vp});
const page=await ctx.newPage();
page.on('console',m=>{if(m.type()==='error')console.log('console',m.text())});
page.on('pageerror',e=>console.log('pageerror',e.message));
if(login!=='-'){await page.goto(base+'/sign-in');await page.fill('[name=login]',login);await page.fill('[name=password]','baize-demo');await Promise.all([page.waitForNavigation(),page.click('main button[type=submit], form button')]);}
if(login!=='-'&&lang==='en'){await page.goto(base+'/language/en?back=/');}
for(const p of paths){
  const r=await page.goto(base+p+(login==='-'&&lang==='en'?(p.includes('?')?'&':'?')+'lang=en':''));
  const name='/tmp/fleetgen/'+(login+p).replace(/[^a-z0-9]+/gi,'_')+'_'+lang+'_'+size+'.png';
  await page.waitForTimeout(300);
  await page.screenshot({path:name,fullPage:true});
  const w=await page.evaluate(()=>[document.documentElement.scrollWidth,innerWidth]);
  let han='';
  if(lang==='en'){han=await page.evaluate(()=>{const t=document.body.innerText;const m=[...new Set(t.match(/[\u4e00-\u9fff]+/g)||[])];return m.slice(0,20).join(' ')});}
  console.log(r.status(),p,w.join('/'),han,name);
}
await browser.close();
